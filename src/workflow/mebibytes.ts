/** Bytes as a person reads them in a line of progress. */
export const mebibytes = (bytes: number): number => Math.round(bytes / 1024 / 1024)

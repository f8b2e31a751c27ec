/** The one door to the network that is not another program's: callers receive it as an argument, so a test passes a function. */
export type Web = typeof fetch

export const web: Web = async (address, options) => fetch(address, options)

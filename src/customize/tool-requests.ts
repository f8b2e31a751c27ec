import type {Run} from '../process/run.js'

/** A copy of the image that tools look at. */
export interface CheckRequest {
  /** Where the copy is, and where the files are put that the tools read. */
  folder: string
  /** Name of the copy in `folder`, of letters alone. */
  image: string
  run: Run
  signal: AbortSignal
}

/** One that is changed. */
export interface ApplyRequest extends CheckRequest {
  /** Time of whatever is made, seconds since 1970. */
  epoch: number
}

/** A partition of it. */
export interface PartitionRequest extends ApplyRequest {
  /** Where it begins, bytes. */
  offset: number
}

/** Tasks that sleep most of their time: who waits for one has the next ones started too, `width` in all. */
export class StartedAhead<T> {
  private readonly started: Promise<T>[] = []

  constructor(private readonly width: number, private readonly tasks: readonly (() => Promise<T>)[]) {}

  /** What becomes of the task at `index`. */
  async result(index: number): Promise<T> {
    for (const [at, task] of this.tasks.entries()) {
      if (at < index || at >= index + this.width || this.started[at]) continue
      this.started[at] = task()
      // Whoever waits for it is told; until then nobody does.
      this.started[at].catch(() => undefined)
    }

    const result = this.started[index]
    if (!result) throw new Error(`there is no task ${index}`)
    return result
  }

  /** When none runs any more. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.started)
  }
}

import type { Logger } from '../telemetry/logger.js'

/** Who is told when something about an environment changes. One that fails stops neither the change nor the others. */
export class Listeners<News extends readonly unknown[]> {
  readonly #listeners = new Set<(...news: News) => void>()

  /** Returns the way to be told no more. */
  add(listener: (...news: News) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @param logger takes what a listener throws */
  tell(logger: Pick<Logger, 'error'>, ...news: News): void {
    for (const listener of this.#listeners) {
      try {
        listener(...news)
      } catch (error) {
        logger.error({ error }, 'a listener failed while an environment changed')
      }
    }
  }
}

/** Web Locks in one process: names, a queue, withdrawing and stealing, as the specification says. */

interface Holder {
  readonly robbed: (error: DOMException) => void
}

type Grant = () => Promise<unknown>

export class FakeLocks {
  readonly #holders = new Map<string, Holder>()
  readonly #queues = new Map<string, Grant[]>()

  /** @see https://w3c.github.io/web-locks/#dom-lockmanager-request */
  request(name: string, { signal, steal }: LockOptions, use: () => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const grant = async (): Promise<void> => {
        const holder: Holder = { robbed: reject }
        this.#holders.set(name, holder)
        resolve(await use())
        if (this.#holders.get(name) === holder) this.#holders.delete(name)
        this.#next(name)
      }
      if (steal) {
        this.#holders.get(name)?.robbed(new DOMException('stolen', 'AbortError'))
        void grant()
        return
      }
      const queue = this.#queues.get(name) ?? []
      this.#queues.set(name, queue)
      queue.push(grant)
      signal?.addEventListener('abort', () => {
        const at = queue.indexOf(grant)
        if (at < 0) return
        queue.splice(at, 1)
        reject(new DOMException('withdrawn', 'AbortError'))
      })
      queueMicrotask(() => this.#next(name))
    })
  }

  #next(name: string): void {
    if (this.#holders.has(name)) return
    void this.#queues.get(name)?.shift()?.()
  }
}

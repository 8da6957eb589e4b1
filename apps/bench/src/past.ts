/** Lets a library that keeps its own time do something as if it were earlier. */

/** Runs `make` with every clock of JavaScript that much earlier; nothing else runs meanwhile. */
export async function inThePast<Made>(age: number, make: () => Promise<Made>): Promise<Made> {
  const Today = globalThis.Date
  globalThis.Date = class extends Today {
    constructor(...given: unknown[]) {
      super(...((given.length > 0 ? given : [Today.now() - age]) as [number]))
    }
    static override now(): number {
      return Today.now() - age
    }
  } as DateConstructor
  try {
    return await make()
  } finally {
    globalThis.Date = Today
  }
}

/** Sets the clock back for libraries that read the time themselves. */

/** Runs `make` with JavaScript's clock set back by `age`. Nothing else may run at the same time. */
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

/** What may be a name, and which names are the same. */

/** The longest name, in characters. */
export const NAME_LENGTH = 40

const NAME = new RegExp(`^\\P{C}{1,${NAME_LENGTH}}$`, 'u')

/**
 * Cleans a name that a visitor typed: compatible forms become one, what cannot be seen goes.
 *
 * @returns The name to show, or `null` when nothing usable is left or it is too long.
 */
export function parseName(text: string): string | null {
  const name = text
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
  return NAME.test(name) ? name : null
}

/** Two names with the same key are the same name, however they are written. */
export function nameKey(name: string): string {
  // Upper case first: it is the one that joins ß with ss and the two small sigmas.
  return name.toUpperCase().toLowerCase().normalize('NFKC')
}

/** Validates and compares names. */

/** The longest name, in characters. */
export const NAME_LENGTH = 40

const NAME = new RegExp(`^\\P{C}{1,${NAME_LENGTH}}$`, 'u')

/**
 * Normalizes a name: compatible characters become equal, and invisible ones are removed.
 *
 * @returns The name to show, or `null` if it is empty or too long.
 */
export function parseName(text: string): string | null {
  const name = text
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
  return NAME.test(name) ? name : null
}

/** The key of a name: equal for names that differ only in case or in their Unicode form. */
export function nameKey(name: string): string {
  // Upper case first: only this maps ß to ss and both lower-case sigmas to one letter.
  return name.toUpperCase().toLowerCase().normalize('NFKC')
}

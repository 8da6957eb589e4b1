/**
 * Selects the parts of a template.
 *
 * A line such as `// #if email or oauth` begins a part, and `// #end` ends it. In SQL they begin with
 * `--`. Parts can be inside of each other. The lines themselves are never part of a project.
 */

const MARK = /^\s*(?:\/\/|--|#) #(?:if (?<condition>[\w -]+)|(?<end>end))$/

/**
 * Returns a template without the parts whose condition is false.
 *
 * @param conditions The names that are true.
 * @throws {SyntaxError} If a part has no end, or an end has no part.
 */
export function select(path: string, template: string, conditions: ReadonlySet<string>): string {
  const open: boolean[] = []
  const lines: string[] = []
  for (const line of template.split('\n')) {
    const { condition, end } = MARK.exec(line)?.groups ?? {}
    if (condition !== undefined) open.push(isTrue(condition, conditions))
    else if (end === undefined) {
      if (!open.includes(false)) lines.push(line)
    } else if (open.pop() === undefined) throw new SyntaxError(`${path}: #end without #if`)
  }
  if (open.length > 0) throw new SyntaxError(`${path}: #if without #end`)
  return tidy(lines.join('\n'))
}

function isTrue(condition: string, conditions: ReadonlySet<string>): boolean {
  return condition.split(' or ').some((name) => conditions.has(name))
}

/** Removes the empty lines that a part has left. */
function tidy(text: string): string {
  return text
    .replaceAll(/\n{3,}/g, '\n\n')
    .replaceAll(/([{[(])\n\n+/g, '$1\n')
    .replaceAll(/\n\n+(\s*[}\])])/g, '\n$1')
    .replace(/^\n+/, '')
    .replace(/\n+$/, '\n')
}

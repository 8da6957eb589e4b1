/** Reads the field `name` of a form. */
export function nameIn(form: FormData): string {
  const name = form.get('name')
  return typeof name === 'string' ? name : ''
}

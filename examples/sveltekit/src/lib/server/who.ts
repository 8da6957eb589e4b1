/** Returns the line that the pages show. */
export async function who({ auth }: App.Locals): Promise<string> {
  return `who: ${(await auth.validate())?.user.name ?? 'anonymous'}`
}

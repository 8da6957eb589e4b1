import type { PageLoad } from './$types'

/** Only endpoints of the app read the session. */
export const load: PageLoad = async ({ fetch }) => {
  const [line] = await Promise.all(
    ['/data', '/data?again'].map(async (path) => (await fetch(path)).text()),
  )
  return { line }
}

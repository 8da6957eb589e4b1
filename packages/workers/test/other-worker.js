/** Another Worker bound to the same objects: it hands calls on, from an isolate of its own. */
export default {
  async fetch(request, { SESSIONS }) {
    const { name, call, args } = await request.json()
    const object = SESSIONS.get(SESSIONS.idFromName(name))
    return Response.json((await object[call](...args)) ?? null)
  },
}

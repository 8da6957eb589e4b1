export default defineEventHandler((event) => requireOrigin(event))

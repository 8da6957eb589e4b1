/** The Worker that the tests run in: what an app's own main module exports. */
export { LimenSessions } from '@limen/workers/durable-object'

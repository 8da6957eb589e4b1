/** The Worker: pages on `fetch`, and the deletion of expired sessions on its cron trigger. */
import { withAuth } from '@limen/workers'
import { app } from './app.ts'
import { authFor } from './auth.ts'

export default withAuth(authFor, app)

/** The Worker: pages on `fetch`, and on its cron trigger the removal of dead sessions. */
import { withAuth } from '@limen/workers'
import { app } from './app.ts'
import { authFor } from './auth.ts'

export default withAuth(authFor, app)

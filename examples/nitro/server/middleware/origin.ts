import { requireOrigin } from '@limen/h3'
import { auth } from '../auth.ts'

export default requireOrigin(auth)

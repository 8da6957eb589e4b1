import type { Config } from '@react-router/dev/config'

export default { prerender: ['/static'] } satisfies Config

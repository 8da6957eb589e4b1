/** The Nitro plugin of the module. */
import type { H3Event } from 'h3'
import { beginVisit } from './visit.ts'

/** The part of Nitro's app that the plugin uses. */
interface NitroApp {
  readonly hooks: { hook(name: 'request', run: (event: H3Event) => void): unknown }
}

export default ({ hooks }: NitroApp): void => {
  hooks.hook('request', beginVisit)
}

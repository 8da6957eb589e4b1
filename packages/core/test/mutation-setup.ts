/** Skips the random histories: each would run for every change that they reach. */
import { beforeEach } from 'vitest'

beforeEach(({ skip, task }) => skip(task.name.includes('random histories')))

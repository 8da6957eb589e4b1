import { describe, expect, inject, it } from 'vitest'
import { mariadbEngines } from '../test/engines.ts'
import { plansOf } from '../test/plans.ts'
import { describeStore } from '../test/server-suite.ts'

const server = inject('mariadb')
const engines = server ? mariadbEngines(server.url) : []

describeStore('MariaDB', engines)

describe.each(engines)('the statements in $name', ({ open }) => {
  it('all use an index', async () => {
    const database = await open()

    const plans = await plansOf(database, (sql, values) => [{ text: `explain ${sql}`, values }])

    expect(plans.length).toBeGreaterThan(20)
    // The table that an insert fills is a step too, and so is the list of the sessions to delete.
    const usual = /"select_type":"INSERT"|"table":"<derived2>"|"type":"(const|eq_ref|ref|range)"/
    expect(plans.filter(({ steps }) => !steps.every((step) => usual.test(step)))).toEqual([])
    await database.close()
  })
})

/** Values that an app can pass by mistake, or that come from a visitor. */

/** Creates a value that is not a well-formed string, and that a careless comparison accepts for `text`. */
export type NotText = (text: string) => unknown

/** Values that are not ids. The source of each function is its description. */
export const notTexts: readonly NotText[] = [
  () => undefined,
  () => null,
  () => 0,
  () => -0,
  () => 1,
  () => 7,
  () => -1,
  () => Number.NaN,
  () => Infinity,
  () => 0n,
  () => 7n,
  () => false,
  () => true,
  () => [],
  (text) => [text],
  (text) => [[text]],
  (text) => [text, text],
  () => ({}),
  (text) => ({ id: text }),
  (text) => ({ text: [`'${text}'`], parts: [] }),
  (text) => ({ strings: [text], values: [], sql: text }),
  (text) => ({ toString: () => text }),
  (text) => ({ valueOf: () => text, toString: () => text }),
  (text) => ({ toJSON: () => text }),
  (text) => ({ [Symbol.toPrimitive]: () => text }),
  (text) => Object.assign({}, text, { size: text.length }),
  () => Object.create(null),
  (text) => Object(text),
  () => Object(7),
  () => Object(false),
  (text) => new TextEncoder().encode(text),
  (text) => new TextEncoder().encode(text).buffer,
  () => new Date(0),
  (text) => new RegExp(text),
  (text) => new Map([[text, text]]),
  (text) => new Set([text]),
  (text) => new Proxy([text], {}),
  (text) => Promise.resolve(text),
  (text) => () => text,
  () => class Ada {},
  (text) => Symbol(text),
  (text) => Symbol.for(text),
  (text) => `${text}\uD800`,
  (text) => `${text}\uD801`,
  (text) => `\uDC00${text}`,
  () => '\uD83D',
  () => '\uDE42\uD83D',
  (text) => `${text}\0`,
  (text) => `\0${text}`,
  (text) => `${text}\0${text}`,
  () => '\0',
]

/** Ids that differ, and that some engine or language compares as equal. */
export const lookalikes: readonly string[] = [
  ...words`7 07 7.0 +7 7e0 0x7 7n 0 -0 00 0.0 true false null undefined NaN \0 \u0000`,
  ...words`ada Ada ADA ada,ada ada% a_a ada* ada\ ada' ada" ["ada"] K k i I s ss fi`,
  ...escapes`\u00DF \u017F \u212A \u0130 \u0131 \u00E5 a\u030A \u212B \uFB01 \u0667 \uFF17 \uFF21da`,
  ...escapes`ada\u0301 ad\u00E1 \u{1F642} \u{1F643} \u{10FFFF} \uFFFD \uE000 \uFFFF \u0001`,
  ...escapes`ada\n ada\u00A0 ada\u200B \uFEFFada \t7`,
  '',
  ' ',
  ' 7',
  '7 ',
  'ada ',
  '[object Object]',
]

/** How many levels of arrays and objects a value can have. */
const DEPTH = 64

class Ada {
  readonly name = 'Ada'
}

/** Values that JSON cannot carry exactly. Each is created when it is needed: some are circular. */
export const notJson: readonly (() => unknown)[] = [
  () => Number.NaN,
  () => Infinity,
  () => -Infinity,
  () => -0,
  () => 0n,
  () => 2n ** 64n,
  () => Symbol('note'),
  () => Symbol.iterator,
  () => () => 'note',
  () => async () => 'note',
  () => Ada,
  () => Math.max,
  () => new Date(0),
  () => new Date(Number.NaN),
  () => new Map(),
  () => new Map([['a', 1]]),
  () => new Set([1]),
  () => new WeakMap(),
  () => new WeakRef({}),
  () => /note/,
  () => new Error('note'),
  () => Promise.resolve(1),
  () => new Uint8Array([1, 2]),
  () => new Float64Array([1.5]),
  () => new BigInt64Array([1n]),
  () => new ArrayBuffer(2),
  () => new DataView(new ArrayBuffer(2)),
  () => new URL('https://app.example/'),
  () => new URLSearchParams('a=1'),
  () => new Headers({ a: '1' }),
  () => new Intl.NumberFormat('en'),
  () => new Ada(),
  () => Object.create(new Ada()),
  () => Object.create({ a: 1 }),
  () => Object('text'),
  () => Object(1),
  () => Object(true),
  () => Object(1n),
  () => Object(Symbol('note')),
  () => [1, 2].values(),
  () => ({ toJSON: () => 'note' }),
  () => ({ [Symbol('a')]: 1 }),
  () => ({ [Symbol.toStringTag]: 'a', a: 1 }),
  () => Object.defineProperty({}, 'a', { value: 1 }),
  () => Object.assign([1], { a: 1 }),
  () => Object.assign([1], { [Symbol('a')]: 1 }),
  () => Object.assign([], { length: 2 }),
  () => Object.assign([], { 1: 'a' }),
  () => new Proxy(new Ada(), {}),
  () => '\uD800',
  () => '\uD801',
  () => '\uDC00',
  () => '\uDE42\uD83D',
  () => 'a\uD83Db',
  () => '\0',
  () => 'a\0b',
  () => ({ 'a\0': 1 }),
  () => ({ '\0': 1 }),
  () => ({ '\uD800': 1 }),
  () => ({ a: undefined }),
  () => [undefined],
  () => nested(DEPTH + 1, (inner) => [inner]),
  () => nested(DEPTH + 1, (inner) => ({ a: inner })),
  () => nested(1001, (inner) => [inner]),
  () => nested(10_000, (inner) => ({ a: inner })),
  () => {
    const circle: unknown[] = []
    circle.push(circle)
    return circle
  },
  () => {
    const circle: { self?: object } = {}
    return Object.assign(circle, { self: circle })
  },
]

/** Numbers that JSON carries exactly, and that engines round, or write in another form. */
const numbers: readonly number[] = [
  0, 1, -1, -1.5, 0.1, 1e-7, 1e-21, 5e-324, 1e15, 1e16, 1e21, -1e21, 1e22,
  123_456_789_012_345_680_000, 1_700_000_000_000.5, 2_147_483_648, -2_147_483_649, 4_294_967_296,
].concat([
  0.1 + 0.2,
  1 / 3,
  1 + Number.EPSILON,
  2 ** -1022,
  2 ** 52 + 0.5,
  2 ** 53 + 2,
  2 ** 63,
  2 ** 64,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
])

/** Strings that JSON carries exactly. */
const strings: readonly string[] = [
  ...words`null true 0 -0 1e3 0x10 12345678901234567890 {} [] {"a":1} " ' \ \" \u0000 \n $.a [0]`,
  ...words`:a ?1 $1 @p %s % <b> </script> 2026-01-01T00:00:00.000Z`,
  ...escapes`\n \r\n\t \u0001\u001F \u007F\u0080\u009F \u2028\u2029 \uFEFF \u00E9 e\u0301 \u{1F642}`,
  ...escapes`\u{1F469}\u200D\u{1F467} \u{10FFFF} \uE000 \uFFFD \uFFFF \u202E \`\${a}`,
  '',
  ' ',
  "'); drop table limen_user; --",
  'ada'.repeat(1000),
]

/** Arrays and objects that JSON carries exactly. */
const containers: readonly unknown[] = [
  [],
  {},
  [[]],
  [{}],
  [[], [[]]],
  { a: [] },
  { a: {} },
  [null],
  { a: null },
  [null, 0, '0', false],
  { z: 1, 10: 2, a: 3, 9: 4, Z: 5, '': 6, '-1': 7 },
  Object.fromEntries(words`__proto__ constructor toString then a.b $ " limen:json`.map(pairOf)),
  Array.from({ length: 300 }, (_, index) => index),
  Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`a${index}`, index])),
]

/** Values that JSON carries exactly, of all kinds. */
export const json: readonly unknown[] = [null, false, true, ...numbers, ...strings, ...containers]

/** Values that an engine can misread where one is the whole attribute. */
export const wholeJson: readonly unknown[] = [
  null,
  false,
  true,
  0,
  -1.5,
  5e-324,
  1e21,
  2 ** 53 + 2,
  '',
  'null',
  '"',
  '[]',
  '{"a":1}',
  [],
  {},
  { 'limen:json': '1' },
  nested(DEPTH, (inner) => [inner]),
  nested(DEPTH, (inner) => ({ a: inner })),
]

/** Attribute names with a meaning in JSON paths, SQL, templates, prototypes or drivers. */
export const names: readonly string[] = [
  ...words`__proto__ constructor prototype hasOwnProperty toString valueOf toJSON then length`,
  ...words`id userId sessionId user_id attributes secretHash name2 text parts sql values raw strings`,
  ...words`data value key limen:json 0 1 -1 00 1.5 1e3 NaN null undefined true [] {} [0] [*]`,
  ...words`$ $.a $[0] $.* $** $" @ * ** ? # #-1 . .. a.b a.b.c a[0] a[#-1] a b A a"b a"."b a\"b "a"`,
  ...words`" "" ' '' a'b \ \\ \u0041 \u0000 / ~ ~0 ~1 a/b ; -- /* select order group % %s %d _`,
  ...words`:name ?1 $1 @p {{a}} #{a} <a> &amp; a=b a,b a:b a|b SS`,
  ...escapes`\` \`\` \${a} \n \r \t \u0001 \u007F \u00A0 \u2028 \uFEFF \u200B \u202E \uFB01`,
  ...escapes`\u00DF \u00E9 e\u0301 \u{1F642} \u{1F469}\u200D\u{1F467} \u{10FFFF} \uFFFF`,
  '',
  ' ',
  '  ',
  'a ',
  ' a',
  "'; drop table limen_user; --",
  '" or 1=1 --',
  'n'.repeat(300),
  'long '.repeat(2000),
]

/** The words of a text, in which a backslash is a character like any other. */
function words(text: TemplateStringsArray): string[] {
  return text.raw[0]!.split(' ')
}

/** The words of a text, in which a backslash begins an escape. */
function escapes(text: TemplateStringsArray): string[] {
  return text[0]!.split(' ')
}

function pairOf(name: string, index: number): readonly [string, number] {
  return [name, index]
}

function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value = wrap('inner')
  for (let level = 1; level < levels; level++) value = wrap(value)
  return value
}

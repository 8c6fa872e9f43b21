import { describe, expect, test } from 'vitest'
import { ambiguousKeys } from './json-scan.ts'
import { readMembers } from './members.ts'

const read = (body: string, type = 'application/json') =>
  readMembers({ headers: new Headers(type ? { 'content-type': type } : {}), body })

describe('TE-07 what can be read in two ways is left out', () => {
  test.each([
    ['{"access_token":"A","access_token":"B","token_type":"bearer"}', { token_type: 'bearer' }],
    ['{"access_token":"A","access\\u005ftoken":"B","x":1}', { x: 1 }],
    ['{"a":{"b":1,"b":2,"c":3},"x":1}', { a: { c: 3 }, x: 1 }],
    ['{"a":[0,{"b":1,"b":2}],"x":1}', { a: [0, {}], x: 1 }],
    ['{"access_token" : "A" , "access_token" : "B"}', {}],
    ['{"a":{"b":1},"a":{"b":2}}', {}],
    ['{"a":"A","a":"B","a":"A"}', {}],
    ['{"__proto__":1,"__proto__":2,"x":1}', { x: 1 }],
  ])('TE-07 %s', (body, members) => {
    expect(read(body)).toEqual(members)
  })

  test('TE-07 a form too', () => {
    const body = 'access_token=A&access_token=B&token_type=bearer'
    expect(read(body, 'text/plain')).toEqual({ token_type: 'bearer' })
  })

  test('TE-07 the same value twice says one thing', () => {
    expect(read('{"a":"A", "a" : "A"}')).toEqual({ a: 'A' })
    expect(read('access_token=A&access_token=A')).toEqual({ access_token: 'A' })
  })

  test('TE-07 equal keys of different objects are no repetition', () => {
    const body = '{"a":{"k":1},"b":{"k":2},"c":[{"k":3},{"k":4}],"k":"k","d":"\\"k\\":1,\\"k\\":2"}'
    expect(read(body)).toEqual(JSON.parse(body))
  })
})

test.each(['[]', 'null', '"text"', '123', '', '{"a":', 'NaN', '{a:1}', '<p>', '{"a":1}x', '[{}]'])(
  'TE-07 %j holds no object',
  (body) => {
    expect(read(body)).toBeUndefined()
  },
)

describe('what a body holds decides how it is read, not its type', () => {
  const form = 'application/x-www-form-urlencoded; charset=utf-8'
  test.each(['application/json', 'text/html', 'text/plain; charset=x', form, '', 'nonsense'])(
    'under %j',
    (type) => {
      expect(read(' {"access_token":"A"}\n', type)).toEqual({ access_token: 'A' })
      expect(read('access_token=A&scope=a%20b', type)).toEqual({ access_token: 'A', scope: 'a b' })
    },
  )

  test('a form of other names is one where it says so', () => {
    expect(read('sub=1&name=Ann', form)).toEqual({ sub: '1', name: 'Ann' })
    expect(read('sub=1&name=Ann')).toBeUndefined()
  })
})

test('WD-07 a byte order mark is ignored', () => {
  expect(read('\uFEFF{"access_token":"A"}')).toEqual({ access_token: 'A' })
  expect(read('\uFEFFaccess_token=A')).toEqual({ access_token: 'A' })
})

test('WD-10 an integer beyond 2^53 is the text of its digits, wherever it stands', () => {
  const body =
    '{"id":17841405793187218,"n":{"list":[-9007199254740993]},"safe":9007199254740991,"f":0.1250000000000000000,"e":1e300,"text":"17841405793187218"}'
  expect(read(body)).toEqual({
    id: '17841405793187218',
    n: { list: ['-9007199254740993'] },
    safe: 9007199254740991,
    f: 0.125,
    e: 1e300,
    text: '17841405793187218',
  })
})

describe('AU-18 what would be dear to parse is not parsed', () => {
  test.each([
    ['too long', `{"a":"${'x'.repeat(262_144)}"}`],
    ['500,000 brackets', '['.repeat(500_000)],
    ['brackets within the size', `{"a":${'['.repeat(65)}${']'.repeat(65)}}`],
    ['objects', '{"a":'.repeat(65) + 1 + '}'.repeat(65)],
    ['90,000 keys', `{${Array.from({ length: 90_000 }, (_, n) => `"k${n}":1`).join(',')}}`],
    ['20,000 keys', `{${Array.from({ length: 20_000 }, (_, n) => `"k${n}":1`).join(',')}}`],
    ['a form of 300,000 parts', 'access_token=a&'.repeat(300_000)],
    ['a form of 2,000 parts', `access_token=a${'&b'.repeat(2000)}`],
  ])('AU-18 %s', (_, body) => {
    expect(read(body)).toBeUndefined()
  })

  test('AU-18 up to there it is read', () => {
    const keys = Array.from({ length: 5000 }, (_, n) => `"k${n}":${n}`).join(',')
    expect(read(`{${keys}}`)).toHaveProperty('k4999', 4999)
    expect(read(`{"a":${'['.repeat(60)}${']'.repeat(60)},"b":1}`)).toHaveProperty('b', 1)
  })

  test('AU-18 each character is looked at once, also where no text ends', () => {
    for (const odd of ['"', '"\\', '{"', '":', '\\"', '"a" '])
      expect(ambiguousKeys(odd.repeat(20_000)) ?? []).toEqual([])
  })
})

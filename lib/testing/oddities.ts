import * as fc from 'fast-check'

/** An answer of a token endpoint as the world might send it, and what is in it. */
export type OddAnswer = {
  status: number
  headers: Record<string, string>
  body: string
  /** The tokens that it surely brings. */
  accessToken: string
  refreshToken: string | undefined
}

/**
 * Answers that hold a good access token of type Bearer, and are odd in all else: each member, how it is
 * written down, under which type and coding it comes, and with which status of success.
 */
export const oddAnswers = (): fc.Arbitrary<OddAnswer> =>
  fc
    .record({
      accessToken: fc.stringMatching(/^AT_cnry_[A-Za-z0-9._~+/=-]{1,60}$/),
      refreshToken: fc.option(fc.stringMatching(/^RT_cnry_[A-Za-z0-9._~-]{1,60}$/), {
        nil: undefined,
      }),
      blankToken: fc.constantFrom(undefined, null, ''),
      type: fc.constantFrom('Bearer', 'bearer', 'BEARER'),
      oddMembers: fc.record(
        {
          expires_in: oddLife(),
          expires_at: oddLife(),
          expires: oddLife(),
          refresh_token_expires_in: oddLife(),
          scope: oddScope(),
          error: fc.constantFrom(null, '', false, 0),
          id_token: oddValue(),
          user: oddValue(),
          account_id: fc
            .bigInt({ min: 2n ** 53n, max: 2n ** 63n })
            .map((id) => new Digits(String(id))),
          data: fc.record({ access_token: fc.constant('OTHER'), deep: oddValue() }),
          constructor: oddValue(),
        },
        { requiredKeys: [] },
      ),
      prototype: fc.option(oddValue(), { nil: undefined }),
      twice: fc.boolean(),
      isForm: fc.boolean(),
      frame: fc.record({
        before: fc.constantFrom('', '\uFEFF', '\n', ' \r\n\t'),
        after: fc.constantFrom('', '\n', '  '),
        status: fc.constantFrom(200, 200, 201, 202, 203),
        type: fc.constantFrom(...types),
        coding: fc.constantFrom(undefined, 'identity', 'UTF-8', 'none', 'utf8, none', 'binary'),
      }),
    })
    .map(
      ({
        accessToken,
        refreshToken,
        blankToken,
        type,
        oddMembers,
        prototype,
        twice,
        isForm,
        frame,
      }) => {
        const members: [string, unknown][] = [
          ...Object.entries(oddMembers),
          ['__proto__', prototype],
          ['access_token', accessToken],
          ['token_type', type],
          ['refresh_token', refreshToken ?? blankToken],
          ...(twice ? [['odd', 1] as [string, unknown], ['odd', 2] as [string, unknown]] : []),
        ]
        const told = members.filter(([, value]) => value !== undefined)
        return {
          status: frame.status,
          headers: {
            ...(frame.type && { 'content-type': frame.type }),
            ...(frame.coding && { 'content-encoding': frame.coding }),
          },
          body: frame.before + (isForm ? asForm(told) : asJson(told)) + frame.after,
          accessToken,
          refreshToken,
        }
      },
    )

/** Bodies that are no answer at all, or one that was spoilt on the way. */
export const anyBodies = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json({ maxDepth: 8 }),
    fc
      .constantFrom('[', '{"a":', '"', '{"', '\\"', '&a=', 'access_token=', '{"error":')
      .chain((part) => fc.integer({ min: 1, max: 3000 }).map((times) => part.repeat(times))),
    oddAnswers().chain(({ body }) => fc.nat({ max: body.length }).map((end) => body.slice(0, end))),
  )

const types = [
  ...['application/json', 'application/json; charset=utf-8', 'text/html', 'text/plain', ''],
  ...['application/x-www-form-urlencoded', 'application/octet-stream', 'nonsense', 'text/json;;'],
]

/** A number that JSON can write and JavaScript cannot hold. */
class Digits {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

function oddValue(): fc.Arbitrary<unknown> {
  return fc.jsonValue({ maxDepth: 4 })
}

function oddLife(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.nat().map(String),
    fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value.toFixed(2)),
    fc.integer({ min: 1_700_000_000, max: 2_200_000_000 }),
    fc.integer({ min: 1_700_000_000, max: 2_200_000_000 }).map((value) => value * 1000),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }).map((value) => new Digits(String(value))),
    fc.constantFrom(null, '', 'never', '3600s', true, [], {}, [3600], '1e9', '0x10', 1e300, -1, 0),
    fc.constantFrom('2036-01-01T00:00:00Z', '2036-01-01', 'Tue, 01 Jan 2036 00:00:00 GMT'),
  )
}

function oddScope(): fc.Arbitrary<unknown> {
  const one = fc.stringMatching(/^[a-z.:/]{1,20}$/)
  return fc.oneof(
    fc.constantFrom(null, '', ' ', 7, {}, [], [null], true),
    fc.array(one),
    fc.array(one).map((list) => list.join(',')),
    fc.array(one).map((list) => list.join(' ')),
    oddValue(),
  )
}

function asJson(members: [string, unknown][]): string {
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${jsonOf(value)}`).join(',')}}`
}

function jsonOf(value: unknown): string {
  return value instanceof Digits ? value.text : JSON.stringify(value)
}

function asForm(members: [string, unknown][]): string {
  const text = (value: unknown) =>
    value instanceof Digits ? value.text : typeof value === 'string' ? value : JSON.stringify(value)
  return members
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(text(value))}`)
    .join('&')
}

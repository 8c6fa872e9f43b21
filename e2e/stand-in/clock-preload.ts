/**
 * Loaded into the app before anything else (NODE_OPTIONS --import): a machine whose clock is wrong by
 * `TEST_CLOCK_OFFSET_MS`. SIGUSR2 sets it by `TEST_CLOCK_STEP_MS`, as a time server does. Only the wall
 * clock: timers and `performance.now()` go on as on a real machine.
 */
const RealDate = Date
let offset = Number(process.env.TEST_CLOCK_OFFSET_MS ?? 0)

class WrongDate extends RealDate {
  constructor(...given: [] | ConstructorParameters<typeof RealDate>) {
    if (given.length === 0) super(RealDate.now() + offset)
    else super(...(given as ConstructorParameters<typeof RealDate>))
  }

  static override now(): number {
    return RealDate.now() + offset
  }
}

globalThis.Date = WrongDate as DateConstructor
process.on('SIGUSR2', () => {
  offset += Number(process.env.TEST_CLOCK_STEP_MS ?? 0)
})

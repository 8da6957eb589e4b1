/** Displays times. */

const HOUR = 60 * 60 * 1000

const FORMAT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
})

const AGO = new Intl.RelativeTimeFormat('en-GB')

/** Formats a time in UTC, because the server does not know the reader's time zone. */
export function momentText(at: Date | number): string {
  return `${FORMAT.format(at)} UTC`
}

/** A `<time>` element with the formatted and the exact time. */
export function Moment({ at }: { at: Date | number }) {
  return <time datetime={new Date(at).toISOString()}>{momentText(at)}</time>
}

/** Formats how long ago a time was, in whole hours or days. */
export function agoText(at: Date | number, now: number): string {
  const hours = Math.floor((now - Number(at)) / HOUR)
  if (hours < 1) return 'Within the last hour'
  return hours < 24 ? AGO.format(-hours, 'hour') : AGO.format(-Math.floor(hours / 24), 'day')
}

/** A `<time>` element that shows how long ago a time was. */
export function Ago({ at, now }: { at: Date | number; now: number }) {
  return <time datetime={new Date(at).toISOString()}>{agoText(at, now)}</time>
}

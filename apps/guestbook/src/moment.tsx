/** A moment in time, for people and for machines. */

const FORMAT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
})

/** Written out, in UTC: the server cannot know where the reader is. */
export function Moment({ at }: { at: Date | number }) {
  const date = new Date(at)
  return <time datetime={date.toISOString()}>{FORMAT.format(date)} UTC</time>
}

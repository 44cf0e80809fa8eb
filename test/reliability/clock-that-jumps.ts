// Preloaded into a process (node --import): its wall clock goes back an hour, then ahead two, again and again. Whatever
// measures a duration by it gets a negative or an absurd one.
const real = Date.now.bind(Date);
const Original = Date;
const HOUR = 3_600_000;

function shifted(): number {
  const now = real();
  return now + (Math.floor(now / 100) % 2 === 0 ? -HOUR : HOUR);
}

class JumpingDate extends Original {
  constructor(...args: [] | [number | string | Date]) {
    if (args.length === 0) super(shifted());
    else super(args[0]);
  }

  static override now(): number {
    return shifted();
  }
}

globalThis.Date = JumpingDate as DateConstructor;

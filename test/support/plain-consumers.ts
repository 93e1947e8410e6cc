/** One queue and its consumers in their simplest form: a list of messages and a list of events. */
export interface ConsumerWorld {
  readonly kind: 'simple' | 'rabbitmq' | 'quorum' | 'sqs';
  readonly replicas: number;
  readonly concurrency: number;
  readonly batch: number;
  /** Of RabbitMQ, and messages of one receive. */
  readonly prefetch: number;
  readonly commit: 'before' | 'afterEach' | 'afterBatch';
  readonly retry: null | {
    readonly mode: 'inProcess' | 'requeue' | 'delayed';
    readonly attempts: number;
  };
  readonly onPoison: 'block' | 'skip' | 'deadLetter';
  /** Times in microseconds: a message there, a verdict back, a run, the wait before a retry. */
  readonly there: number;
  readonly back: number;
  readonly work: number;
  readonly backoff: number;
  readonly arrivals: readonly number[];
  /** Of SQS. */
  readonly hidden: number;
  readonly delay: number;
  readonly receives: number;
  readonly waits: boolean;
  /** Returns that a quorum queue allows. */
  readonly limit: number;
  /** When the first process dies, and for how long; null = it does not. */
  readonly crash: null | { readonly at: number; readonly length: number };
}

/** Result of a world. Runs: first message, process, start. */
export interface Told {
  readonly runs: readonly (readonly [message: number, process: number, begin: number])[];
  readonly figures: Readonly<Record<string, number>>;
}

interface Letter {
  readonly id: number;
  place: number;
  state: 'ready' | 'hidden' | 'out' | 'gone';
  receives: number;
  failures: number;
  hadEffect: boolean;
  isBuried: boolean;
  isLost: boolean;
}

interface Held {
  readonly letter: Letter;
  /** Which receipt of its message it is. */
  readonly receipt: number;
  readonly channel: Channel;
  readonly life: number;
  isSettled: boolean;
}

interface Channel {
  readonly process: number;
  room: number;
  isInLine: boolean;
  held: Held[];
  buffer: Held[];
  done: Held[];
  busy: number;
  asked: number;
  life: number;
}

/** Order of the events of one instant, as in `kernel/phase.ts`. */
const [FAULT, COMPLETION, TIMER, RETRY, ARRIVAL] = [0, 1, 2, 3, 4] as const;
const RECEIVE_WAIT = 20_000_000;
const POLL = 1_000_000;

/** Plays a world; `isOk` says how the next run that begins with a message ends. */
export function play(
  world: ConsumerWorld,
  until: number,
  isOk: (message: number) => boolean,
): Told {
  const { kind, retry, onPoison } = world;
  const polled = kind === 'sqs';
  const events: { at: number; rank: number; order: number; act: () => void }[] = [];
  let [now, order, tail, head] = [0, 0, 0, -1e9];
  const plan = (at: number, rank: number, act: () => void): void =>
    void events.push({ at, rank, order: order++, act });
  const runs: [number, number, number][] = [];
  const figures = {
    consumed: 0,
    deadLettered: 0,
    redeliveries: 0,
    duplicateEffects: 0,
    lostEffects: 0,
    emptyReceives: 0,
  };
  const letters: Letter[] = [];
  const line: Channel[] = [];
  const down = new Set<number>();
  const handlers = kind === 'simple' ? world.concurrency : 1;
  const prefetch = {
    simple: world.concurrency * world.batch,
    rabbitmq: Math.max(world.prefetch, world.batch),
    quorum: Math.max(world.prefetch, world.batch),
    sqs: world.prefetch,
  }[kind];
  const isEndless = world.commit === 'before' && (kind === 'rabbitmq' || kind === 'quorum');
  const size = isEndless ? Infinity : prefetch;
  const count = kind === 'simple' ? 1 : world.concurrency;
  const channels = Array.from({ length: count * world.replicas }, (_, k): Channel => ({
    process: Math.floor(k / count),
    room: size,
    isInLine: false,
    held: [],
    buffer: [],
    done: [],
    busy: 0,
    asked: 0,
    life: 0,
  }));

  /** A message that the queue has released is lost if no consumer holds it, unless it is dead-lettered. */
  const countLost = (): void => {
    for (const letter of letters) {
      if (letter.state !== 'gone' || letter.isBuried || letter.hadEffect || letter.isLost) continue;
      if (channels.some(({ held }) => held.some((one) => one.letter === letter))) continue;
      letter.isLost = true;
      figures.lostEffects++;
    }
  };
  const bury = (letter: Letter): void => {
    letter.state = 'gone';
    letter.isBuried = true;
    figures.deadLettered++;
  };
  const first = (): Letter | undefined => {
    for (;;) {
      const [found] = letters
        .filter(({ state }) => state === 'ready')
        .sort((a, b) => a.place - b.place);
      if (found === undefined || found.receives < world.receives) return found;
      bury(found);
    }
  };
  const standUp = (letter: Letter): void => {
    letter.state = 'ready';
    pump();
  };
  const lineUp = (channel: Channel): void => {
    if (channel.isInLine || channel.room <= 0 || down.has(channel.process)) return;
    channel.isInLine = true;
    line.push(channel);
  };
  const hand = (channel: Channel): boolean => {
    const letter = first();
    if (letter === undefined) return false;
    letter.state = 'out';
    if (++letter.receives > 1) figures.redeliveries++;
    const held: Held = {
      letter,
      receipt: letter.receives,
      channel,
      life: channel.life,
      isSettled: false,
    };
    channel.held.push(held);
    channel.room--;
    const { receipt } = held;
    if (polled) {
      plan(now + world.hidden, TIMER, () => {
        if (letter.state === 'out' && letter.receives === receipt) standUp(letter);
      });
    }
    if (world.commit === 'before' && !polled) {
      letter.state = 'gone';
      held.isSettled = true;
    }
    plan(now + world.there, ARRIVAL, () => come(held));
    return true;
  };
  let isPumping = false;
  const pump = (): void => {
    if (isPumping) return;
    isPumping = true;
    while (line.length > 0) {
      const [channel] = line as [Channel];
      if (!hand(channel)) break;
      line.shift();
      channel.isInLine = false;
      if (polled) while (channel.room > 0 && hand(channel));
      else lineUp(channel);
    }
    isPumping = false;
  };
  const come = (held: Held): void => {
    const { channel, letter } = held;
    if (held.life !== channel.life) return;
    channel.buffer.push(held);
    if (polled && world.commit === 'before') {
      held.isSettled = true;
      plan(now + world.back, COMPLETION, () => (letter.state = 'gone'));
    }
    // All messages of an instant arrive before a run starts.
    plan(now, ARRIVAL, () => startAll(channel));
  };
  const startAll = (channel: Channel): void => {
    while (channel.busy < handlers && channel.buffer.length > 0) {
      channel.busy++;
      start(channel, channel.buffer.splice(0, world.batch), 1);
    }
    if (channel.busy > 0 || channel.buffer.length > 0) return;
    for (const held of channel.done.splice(0)) say(held, () => settle(held));
    if (polled && !down.has(channel.process)) ask(channel, world.back);
  };
  const start = (channel: Channel, run: readonly Held[], tries: number): void => {
    const { life } = channel;
    const [{ letter }] = run as [Held];
    runs.push([letter.id, channel.process, now]);
    const ends = isOk(letter.id);
    plan(now + world.work, COMPLETION, () => {
      if (channel.life !== life) return;
      if (ends) succeeded(channel, run);
      else if (retry?.mode === 'inProcess' && (tries < retry.attempts || onPoison === 'block')) {
        plan(now + world.backoff, RETRY, () => {
          if (channel.life === life) start(channel, run, tries + 1);
        });
        return;
      } else failed(run);
      channel.busy--;
      startAll(channel);
    });
  };
  const succeeded = (channel: Channel, run: readonly Held[]): void => {
    for (const held of run) {
      if (held.letter.hadEffect) figures.duplicateEffects++;
      held.letter.hadEffect = true;
      figures.consumed++;
      if (world.commit === 'afterBatch') channel.done.push(held);
      else say(held, () => settle(held));
    }
  };
  const failed = (run: readonly Held[]): void => {
    const [{ letter: front }] = run as [Held];
    const again =
      retry !== null && retry.mode !== 'inProcess' && front.failures + 1 < retry.attempts;
    for (const held of run) {
      const { letter } = held;
      const isLast = () => letter.state === 'out' && letter.receives === held.receipt;
      if (held.isSettled) {
        if (onPoison === 'deadLetter') bury(letter);
        say(held, () => {});
      } else if (again) {
        say(held, () => isLast() && goBack(letter, retry.mode === 'delayed' ? 'later' : 'nack'));
      } else if (onPoison === 'deadLetter') {
        say(held, () => letter.state !== 'gone' && bury(letter));
      } else if (onPoison === 'skip') {
        say(held, () => settle(held));
      } else say(held, () => !polled && isLast() && goBack(letter, 'nack'));
    }
  };
  /** A verdict reaches the queue after its network delay, and frees capacity. */
  const say = (held: Held, act: () => void): void => {
    const { channel } = held;
    channel.held = channel.held.filter((one) => one !== held);
    const arrive = (): void => {
      if (!polled && held.life === channel.life) channel.room++;
      act();
      if (!polled) lineUp(channel);
      pump();
    };
    if (world.back === 0) arrive();
    else plan(now + world.back, COMPLETION, arrive);
  };
  const settle = ({ letter }: Held): void => void (letter.state = 'gone');
  const goBack = (letter: Letter, how: 'back' | 'nack' | 'later'): void => {
    if (++letter.failures > world.limit) {
      bury(letter);
      return;
    }
    if (how === 'later') {
      letter.state = 'hidden';
      if (kind === 'rabbitmq' || kind === 'quorum') letter.place = tail++;
      plan(now + world.backoff, TIMER, () => letter.state === 'hidden' && standUp(letter));
      return;
    }
    if (kind === 'quorum')
      letter.place = how === 'nack' && world.limit === Infinity ? tail++ : head++;
    standUp(letter);
  };
  const ask = (channel: Channel, wait: number): void => {
    const asked = ++channel.asked;
    plan(now + wait, ARRIVAL, () => {
      if (channel.asked !== asked) return;
      channel.room = size;
      lineUp(channel);
      pump();
      const none = (): void => {
        if (!channel.isInLine || channel.asked !== asked) return;
        line.splice(line.indexOf(channel), 1);
        channel.isInLine = false;
        figures.emptyReceives++;
        ask(channel, (world.waits ? 0 : POLL) + world.there + world.back);
      };
      if (!channel.isInLine) return;
      if (world.waits) plan(now + RECEIVE_WAIT, TIMER, none);
      else none();
    });
  };
  const begin = (channel: Channel): void => (polled ? ask(channel, world.back) : lineUp(channel));

  channels.forEach(begin);
  world.arrivals.forEach((at, id) =>
    plan(at, ARRIVAL, () => {
      const letter: Letter = {
        id,
        place: tail++,
        state: 'hidden',
        receives: 0,
        failures: 0,
        hadEffect: false,
        isBuried: false,
        isLost: false,
      };
      letters.push(letter);
      if (world.delay > 0) plan(now + world.delay, TIMER, () => standUp(letter));
      else standUp(letter);
    }),
  );
  const { crash } = world;
  if (crash !== null) {
    const own = channels.filter(({ process }) => process === 0);
    plan(crash.at, FAULT, () => {
      down.add(0);
      for (const channel of own) if (channel.isInLine) line.splice(line.indexOf(channel), 1);
      for (const channel of own) {
        const { held } = channel;
        Object.assign(channel, { isInLine: false, held: [], buffer: [], done: [], busy: 0 });
        channel.life++;
        channel.asked++;
        channel.room = size;
        for (const one of held) {
          const { letter } = one;
          if (!one.isSettled && !polled)
            say(one, () => letter.state === 'out' && goBack(letter, 'back'));
        }
      }
    });
    plan(crash.at + crash.length, FAULT, () => {
      down.delete(0);
      own.forEach(begin);
      pump();
    });
  }
  for (;;) {
    events.sort((a, b) => a.at - b.at || a.rank - b.rank || a.order - b.order);
    const next = events.shift();
    if (next === undefined || next.at >= until) return { runs, figures };
    now = next.at;
    next.act();
    countLost();
  }
}

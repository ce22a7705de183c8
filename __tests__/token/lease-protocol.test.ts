/**
 * The protocol by which processes get one token, without anything else: what a store does with a lease and a record, what a process
 * does with its answers, and all that can come between. Every order of steps is tried. Times are numbers that count token requests:
 * the later one was sent, the higher its stamp.
 */

/** What the store sees to. Each can be left out, to see what it is good for. */
interface Rules {
  /** A record that was issued earlier does not replace one that stands there. */
  comparesStanding: boolean;
  /** Nor one that has stood there, and was removed. */
  remembersRemoved: boolean;
  /** A lease is given only to who knows what stands there. */
  asksWhatIsKnown: boolean;
  /** A lease is ended only by who holds it. */
  asksWhoseLease: boolean;
}

interface Process {
  phase: 'needy' | 'fetching' | 'served' | 'dead';
  /** Of its token request, and of its lease. */
  stamp: number;
  /** The lease has run out while it was fetching. It does not know. */
  isLate: boolean;
  /** The record that it has seen last. */
  known: number;
}

interface State {
  processes: Process[];
  record: number;
  removed: number;
  /** Stamp of the request that it was taken for; 0: it is free. */
  lease: number;
  requests: number;
  /** On the way to the store, in no order: a token, or word that there is none. */
  messages: { stamp: number; isToken: boolean }[];
  crashes: number;
  expiries: number;
  /** Highest stamp of all records that have stood there. */
  newest: number;
  broken: string | undefined;
}

interface Limits {
  processes: number;
  requests: number;
  crashes: number;
  expiries: number;
  /** Tokens are refused by an API and removed, requests fail, messages are lost. */
  mishaps: boolean;
}

const ALL: Rules = { comparesStanding: true, remembersRemoved: true, asksWhatIsKnown: true, asksWhoseLease: true };

const copyOf = (state: State): State => ({
  ...state,
  processes: state.processes.map((process) => ({ ...process })),
  messages: [...state.messages],
});

const isFetching = ({ phase }: Process): boolean => phase === 'fetching';

/** A process that needs a token asks the store, and goes on by itself if it is given the lease. */
function ask(state: State, index: number, rules: Rules): void {
  const process = state.processes[index]!;
  const isOther = state.record > 0 && state.record !== process.known;
  if (state.lease === 0 && (!isOther || !rules.asksWhatIsKnown)) {
    state.requests += 1;
    state.lease = state.requests;
    Object.assign(process, { phase: 'fetching', stamp: state.requests, isLate: false });
  } else if (isOther) {
    Object.assign(process, { phase: 'served', known: state.record });
  }
}

/** A message comes to the store. */
function arrive(state: State, index: number, rules: Rules): void {
  const [message] = state.messages.splice(index, 1);
  const { stamp, isToken } = message!;
  const isLater = !rules.comparesStanding || stamp >= state.record;
  if (isToken && isLater && (!rules.remembersRemoved || stamp >= state.removed)) {
    if (stamp < state.newest) state.broken ??= 'an older token over a newer one';
    state.record = stamp;
    state.newest = Math.max(state.newest, stamp);
  }
  if (state.lease === stamp || !rules.asksWhoseLease) state.lease = 0;
}

/** All that can happen next. */
function* following(from: State, rules: Rules, limits: Limits): Generator<State> {
  const then = (change: (state: State) => void): State => {
    const state = copyOf(from);
    change(state);
    const holders = state.processes.filter((process) => isFetching(process) && !process.isLate);
    if (holders.length > 1) state.broken ??= 'two at a time ask for a token';
    return state;
  };
  for (const [index, { phase, stamp, known }] of from.processes.entries()) {
    const change = (to: Partial<Process>, also?: (state: State) => void): State =>
      then((state) => {
        Object.assign(state.processes[index]!, to);
        also?.(state);
      });
    const send = (isToken: boolean) => (state: State) => void state.messages.push({ stamp, isToken });
    if (phase === 'needy' && from.requests < limits.requests)
      yield then((state) => {
        ask(state, index, rules);
      });
    if (phase === 'fetching') {
      yield change({ phase: 'served', known: stamp }, send(true));
      if (limits.mishaps) yield change({ phase: 'needy' }, send(false));
    }
    if (phase === 'served' && limits.mishaps && from.requests < limits.requests) {
      yield change({ phase: 'needy' }, (state) => {
        if (state.record !== known) return;
        state.record = 0;
        state.removed = known;
      });
    }
    if (phase !== 'dead' && from.crashes < limits.crashes) {
      yield change({ phase: 'dead' }, (state) => void (state.crashes += 1));
    }
  }
  for (const index of from.messages.keys()) {
    yield then((state) => {
      arrive(state, index, rules);
    });
    if (limits.mishaps) yield then((state) => void state.messages.splice(index, 1));
  }
  if (from.lease > 0 && from.expiries < limits.expiries) {
    yield then((state) => {
      for (const process of state.processes) process.isLate ||= process.stamp === state.lease;
      state.lease = 0;
      state.expiries += 1;
    });
  }
}

/** Everything that can be reached from a start with `record`, which all processes know. */
function explore(rules: Rules, limits: Limits, record: number): State[] {
  const processes = Array.from({ length: limits.processes }, () => ({
    phase: 'needy' as const,
    stamp: 0,
    isLate: false,
    known: record,
  }));
  const start = { record, requests: record, newest: record, removed: 0, lease: 0, crashes: 0, expiries: 0 };
  const states: State[] = [{ ...start, processes, messages: [], broken: undefined }];
  const seen = new Set<string>();
  for (const state of states) {
    for (const next of following(state, rules, limits)) {
      const name = nameOf(next);
      if (seen.has(name)) continue;
      seen.add(name);
      states.push(next);
    }
  }
  return states;
}

/** Which process is which makes no difference, nor the order of what is on the way. */
function nameOf({ processes, messages, ...rest }: State): string {
  const sorted = (list: unknown[]): string[] => list.map((one) => JSON.stringify(one)).sort();
  return JSON.stringify([sorted(processes), sorted(messages), rest]);
}

/** Everything that was wrong is over: the dead are replaced, the lease has run out, and all need a token again. */
function healed(from: State): State {
  const state = copyOf(from);
  while (state.messages.length > 0) arrive(state, 0, ALL);
  state.lease = 0;
  for (const process of state.processes) {
    const isNew = process.phase === 'dead';
    Object.assign(process, { phase: 'needy', known: isNew ? 0 : state.record });
  }
  state.record = 0; // it has expired
  for (let round = 0; round < 3; round += 1) {
    for (const [index, process] of state.processes.entries()) {
      if (process.phase === 'needy') ask(state, index, ALL);
    }
    for (const process of state.processes.filter(isFetching)) {
      Object.assign(process, { phase: 'served', known: process.stamp });
      state.messages.push({ stamp: process.stamp, isToken: true });
    }
    while (state.messages.length > 0) arrive(state, 0, ALL);
  }
  return state;
}

const quiet: Limits = { processes: 3, requests: 9, crashes: 0, expiries: 0, mishaps: false };
const rough: Limits = { processes: 3, requests: 3, crashes: 1, expiries: 1, mishaps: true };
const brokenIn = (states: State[]): string[] => [...new Set(states.flatMap(({ broken }) => broken ?? []))];

it.each([
  { name: 'a cold start', record: 0 },
  { name: 'a rollover', record: 1 },
])('makes one token request at $name, in whatever order things happen, while nothing fails', ({ record }) => {
  const states = explore(ALL, quiet, record);
  expect(brokenIn(states)).toEqual([]);
  expect(Math.max(...states.map(({ requests }) => requests))).toBe(record + 1);
  const last = states.filter(({ processes }) => processes.every(({ phase }) => phase === 'served'));
  expect(new Set(last.flatMap(({ processes }) => processes.map(({ known }) => known)))).toEqual(new Set([record + 1]));
});

const everything = explore(ALL, rough, 0);

it('puts no older token over a newer one, and gives no lease twice, whoever dies, is late or loses it', () => {
  expect(brokenIn(everything)).toEqual([]);
});

it('shares one token again, got by one request, after whatever has gone wrong', () => {
  for (const state of everything) {
    const end = healed(state);
    expect(new Set(end.processes.map(({ known }) => known))).toEqual(new Set([state.requests + 1]));
  }
});

it.each([
  { rule: 'comparesStanding', broken: 'an older token over a newer one' },
  { rule: 'remembersRemoved', broken: 'an older token over a newer one' },
  { rule: 'asksWhoseLease', broken: 'two at a time ask for a token' },
])('breaks without the rule $rule', ({ rule, broken }) => {
  expect(brokenIn(explore({ ...ALL, [rule]: false }, rough, 0))).toContain(broken);
});

it('asks more than once without the rule asksWhatIsKnown', () => {
  const states = explore({ ...ALL, asksWhatIsKnown: false }, quiet, 0);
  expect(Math.max(...states.map(({ requests }) => requests))).toBeGreaterThan(1);
});

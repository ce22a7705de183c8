/** The life of one token, in ms since the epoch. */
export interface Life {
  issuedAt: number;
  /** Since when it is in use. */
  from: number;
  /** When it ends, or would have. */
  expiresAt: number;
  /** When another took its place, or it was found to be refused; `undefined`: it is in use. */
  until: number | undefined;
  /** The API refused it. */
  refused: boolean;
}

/** The lives of the tokens of one key, the newest last, for as long as the plot shows. */
export interface Lives {
  begin(life: Pick<Life, 'issuedAt' | 'from' | 'expiresAt'>, afterRejection: boolean): void;
  /** The token in use is not held any more. */
  end(at: number): void;
  since(from: number): Life[];
}

const kept = 50;

export function createLives(): Lives {
  const lives: Life[] = [];
  const end = (at: number, refused: boolean): void => {
    const last = lives.at(-1);
    if (last?.until === undefined && last) Object.assign(last, { until: at, refused });
  };
  return {
    begin(life, afterRejection) {
      end(life.from, afterRejection);
      lives.push({ ...life, until: undefined, refused: false });
      if (lives.length > kept) lives.shift();
    },
    end: (at) => end(at, true),
    since: (from) => lives.filter(({ until = Infinity }) => until > from).map((life) => ({ ...life })),
  };
}

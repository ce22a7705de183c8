import type { MeterProvider } from '@opentelemetry/api';
import type { Gauges } from './gauges.js';
import { type Instruments, instrumentsOf } from './instruments.js';
import type { Core } from '../attach/core.js';

/** What one handle writes into: the instruments of the provider that is there now. */
export class Meters {
  readonly #name: string;
  readonly #core: Core;
  readonly #given: MeterProvider | undefined;
  #gauges: Gauges | undefined;
  #unwatch: (() => void) | undefined;
  #isOver = false;

  /** @param given default: the global one */
  constructor(name: string, core: Core, given: MeterProvider | undefined) {
    this.#name = name;
    this.#core = core;
    this.#given = given;
    this.current(); // gauges are read whatever happens
  }

  current(): Instruments {
    const instruments = instrumentsOf(this.#given);
    if (instruments.gauges !== this.#gauges && !this.#isOver) {
      this.#unwatch?.();
      this.#gauges = instruments.gauges;
      this.#unwatch = this.#gauges.watch(this.#name, this.#core);
    }
    return instruments;
  }

  end(): void {
    this.#isOver = true;
    this.#unwatch?.();
  }
}

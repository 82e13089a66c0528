/** One figure over the last hour, as a line; in words for those who do not see it. */
import { useState } from "preact/hooks";
import { TEXT } from "./text.ts";

const WIDTH = 600;
const HEIGHT = 150;
const HOUR = 3600;

interface Props {
  name: string;
  /** Seconds since the epoch, rising. */
  times: number[];
  values: number[];
  format: (value: number) => string;
}

/** The smallest of 1, 2, 5 times a power of ten that is no less. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((one) => one * power >= value) ?? 10;
  return factor * power;
}

export function Chart({ name, times, values, format }: Props) {
  const [at, setAt] = useState<number | null>(null);
  const last = times.at(-1) ?? 0;
  const peak = values.reduce((most, value) => Math.max(most, value), 0);
  const top = roundUp(peak);
  const x = (time: number) => WIDTH - ((last - time) / HOUR) * WIDTH;
  const y = (value: number) => HEIGHT - (value / top) * (HEIGHT - 8);
  const points = times.map((time, index) => `${x(time).toFixed(1)},${y(values[index] ?? 0).toFixed(1)}`);
  const now = format(values.at(-1) ?? 0);
  const most = format(peak);
  const point = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const wanted = last - (1 - (event.clientX - box.left) / box.width) * HOUR;
    let best = 0;
    times.forEach((time, index) => {
      if (Math.abs(time - wanted) < Math.abs((times[best] ?? 0) - wanted)) best = index;
    });
    setAt(best);
  };
  const shown = at !== null && at < times.length ? at : null;
  return (
    <figure class="chart panel">
      <figcaption>
        <span class="name">{name}</span>
        <span class="value">
          {shown === null ? now : `${TEXT.ago(last - (times[shown] ?? 0))}: ${format(values[shown] ?? 0)}`}
        </span>
        <span class="quiet">{TEXT.most} {most}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img"
        aria-label={TEXT.chartSays(name, now, most)} onPointerMove={point} onPointerLeave={() => setAt(null)}>
        <line class="grid-line" x1="0" x2={WIDTH} y1={y(top / 2)} y2={y(top / 2)} />
        <line class="grid-line" x1="0" x2={WIDTH} y1={y(0)} y2={y(0)} />
        {points.length > 1 && (
          <polygon class="area" points={`${x(times[0] ?? 0)},${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`} />
        )}
        {points.length > 1 && <polyline class="line" points={points.join(" ")} />}
        {shown !== null && <line class="here" x1={x(times[shown] ?? 0)} x2={x(times[shown] ?? 0)} y1="0" y2={HEIGHT} />}
      </svg>
      <div class="axis quiet" aria-hidden="true"><span>{TEXT.hourAgo}</span><span>{TEXT.now}</span></div>
    </figure>
  );
}

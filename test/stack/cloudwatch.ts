import type { Found } from "./synthesized.ts";

/** A figure CloudWatch was told. */
export interface Datum {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/** What CloudWatch makes of the lines a function wrote: those in its embedded metric format are figures. */
export function figuresIn(lines: readonly string[]): readonly Datum[] {
  return lines
    .filter((line) => line.startsWith("{"))
    .flatMap((line) => {
      const { _aws, ...said } = JSON.parse(line);
      const directives: readonly Directive[] = _aws?.CloudWatchMetrics ?? [];
      return directives.flatMap(({ Namespace, Dimensions, Metrics }) =>
        Dimensions.flatMap((names) =>
          Metrics.flatMap(({ Name }) =>
            [said[Name]].flat().map((value) => ({
              namespace: Namespace,
              name: Name,
              dimensions: Object.fromEntries(names.map((name) => [name, said[name]])),
              value,
            })),
          ),
        ),
      );
    });
}

/**
 * Whether an alarm of a template rings, given the figures of its last periods. As much of CloudWatch as the alarms use: five statistics,
 * arithmetic with IF and FILL, M out of N, and missing data that breach nothing. `named` gives the names references stand for.
 */
export function rings(
  alarm: Found,
  periods: readonly (readonly Datum[])[],
  named: (reference: unknown) => string,
): boolean {
  if (alarm.TreatMissingData !== "notBreaching")
    throw new Error("missing data: only notBreaching is known here");
  const { EvaluationPeriods: looked, DatapointsToAlarm: bad = looked, Threshold: threshold } = alarm;
  const breaches = periods.slice(-looked).filter((data) => {
    const value = figureOf(alarm, data, named);
    if (value === undefined) return false;
    return alarm.ComparisonOperator === "LessThanThreshold" ? value < threshold : value >= threshold;
  });
  return breaches.length >= bad;
}

function figureOf(alarm: Found, data: readonly Datum[], named: (reference: unknown) => string) {
  const all: readonly Found[] = alarm.Metrics;
  const of = ({ MetricStat }: Found) => statistic(MetricStat.Metric, MetricStat.Stat, data, named);
  const { Expression: expression, ...alone } = all.find(({ ReturnData }) => ReturnData) ?? {};
  if (expression === undefined) return of(alone);
  const given = new Map(all.filter(({ MetricStat }) => MetricStat).map((one) => [one.Id, of(one)] as const));
  const missing = [...given].filter(
    ([id, value]) => value === undefined && !expression.includes(`FILL(${id},`),
  );
  if (missing.length > 0) return undefined;
  const compute = new Function("IF", "FILL", ...given.keys(), `return ${expression}`);
  const value: unknown = compute(
    (condition: boolean, then: number, otherwise: number) => (condition ? then : otherwise),
    (figure: number | undefined, instead: number) => figure ?? instead,
    ...given.values(),
  );
  return Number(value);
}

function statistic(
  metric: Found,
  name: string,
  data: readonly Datum[],
  named: (reference: unknown) => string,
) {
  const dimensions: readonly { readonly Name: string; readonly Value: unknown }[] = metric.Dimensions;
  const values = data
    .filter(
      (datum) =>
        datum.namespace === metric.Namespace &&
        datum.name === metric.MetricName &&
        Object.keys(datum.dimensions).length === dimensions.length &&
        dimensions.every(({ Name, Value }) => datum.dimensions[Name] === named(Value)),
    )
    .map(({ value }) => value)
    .toSorted((a, b) => a - b);
  const [, percent] = /^p([\d.]+)$/.exec(name) ?? [];
  const sum = values.reduce((total, value) => total + value, 0);
  if (values.length === 0) return undefined;
  if (percent !== undefined) return values[Math.ceil((Number(percent) / 100) * values.length) - 1];
  const simple: Readonly<Record<string, number | undefined>> = {
    Sum: sum,
    SampleCount: values.length,
    Average: sum / values.length,
    Maximum: values.at(-1),
  };
  if (!(name in simple)) throw new Error(`${name}: a statistic that is not known here`);
  return simple[name];
}

import { Duration } from "aws-cdk-lib";
import { didYouMean } from "../spelling.ts";
import { alarmRules } from "./alarm-rules.ts";
import type { AlarmsProps } from "./alarms.ts";
import type { ChaosProps } from "./chaos.ts";
import { amount, type Context, choice, type Every, text, word, words } from "./context-values.ts";
import type { WatchingProps } from "./watching.ts";

/** What the context may say of watching. */
export const watchingNames = [
  "alarms",
  "alarmTopic",
  "alarmThresholds",
  "dashboard",
  "chaos",
  "chaosPercentage",
  "chaosMinutes",
  "chaosStopAlarm",
] as const;

const truth = { true: true, false: false };

/** What is watched, as the context says it. Throws one sentence when it makes no sense. */
export const watchingOf = (context: Context): Every<WatchingProps> => ({
  alarms: alarms(
    choice(context, "alarms", truth),
    text(context, "alarmTopic"),
    figures(context, "alarmThresholds", Object.keys(alarmRules)),
  ),
  dashboard: choice(context, "dashboard", truth),
  chaos: chaos(choice(context, "chaos", truth), {
    percentage: amount(context, "chaosPercentage", 1, 100, Number),
    duration: amount(context, "chaosMinutes", 1, 720, Duration.minutes),
    stopAlarm: word(context, "chaosStopAlarm"),
  }),
});

function alarms(
  on: boolean | undefined,
  topic: string,
  thresholds: Readonly<Record<string, number>>,
): AlarmsProps | false | undefined {
  const said = { ...thresholds, ...(topic !== "" && { topic }) };
  if (Object.keys(said).length === 0) return on === false ? false : undefined;
  if (on === false)
    throw new Error("alarms: expected alarmTopic and alarmThresholds only with alarms, got false");
  return said;
}

/** Nothing breaks by a word that was meant for something else. */
function chaos(on: boolean | undefined, props: ChaosProps): ChaosProps | undefined {
  if (on) return props;
  const [said] = Object.values(props).filter((value) => value !== undefined);
  if (said === undefined) return undefined;
  throw new Error("chaos: expected true beside chaosPercentage, chaosMinutes and chaosStopAlarm");
}

/** Words such as `latency=3000 headroom=500`, or in cdk.json a map of them. */
function figures(context: Context, name: string, known: readonly string[]): Readonly<Record<string, number>> {
  const given = context[name];
  const said =
    typeof given === "object" && given !== null
      ? Object.entries(given)
      : words(context, name).map((each) => [each.split("=")[0] ?? "", each.split("=")[1]] as const);
  return Object.fromEntries(said.map(([key, value]) => [key, figure(name, key, String(value ?? ""), known)]));
}

function figure(name: string, key: string, value: string, known: readonly string[]): number {
  if (!known.includes(key)) {
    throw new Error(`${name}: expected ${known.join(", ")}, got "${key}"${didYouMean(key, known)}`);
  }
  const figure = Number(value);
  if (value.trim() !== "" && figure > 0 && figure < Infinity) return figure;
  throw new Error(`${name}.${key}: expected a number above 0, got "${value}"`);
}

import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { ImageStack, type ImageStackProps } from "../../lib/stack/image-stack.ts";

/** An app in which nothing is bundled; the library's own rules, seconds of work, are left to the tests of `bin/app.ts` and cdk-nag. */
export const appWith = (context: Readonly<Record<string, unknown>> = {}) =>
  new App({
    context: { ...context, "aws:cdk:bundling-stacks": [] },
    builtinCloudFormationValidation: false,
  });

/** The stack as an object, without keys unless it is given some. */
export const stackOf = (props?: ImageStackProps) =>
  new ImageStack(appWith(), "Test", { unsigned: true, ...props });

/** What CloudFormation is told. */
export const synthesized = (props?: ImageStackProps) => Template.fromStack(stackOf(props));

/** The properties of all resources of a type, by logical id. */
export const all = (template: Template, type: string) =>
  Object.entries(template.findResources(type)).map(([id, { Properties, ...rest }]) => ({
    id,
    ...rest,
    ...Properties,
  }));

/** The properties of the only resource of a type, or of the only one that has what `having` says. */
export function only(
  template: Template,
  type: string,
  having: (properties: Found) => boolean = () => true,
): Found {
  const [found, ...more] = all(template, type).filter(having);
  if (!found || more.length > 0)
    throw new Error(`${type}: expected one, found ${more.length + (found ? 1 : 0)}`);
  return found;
}

export type Found = ReturnType<typeof all>[number];

/** The function that draws; others empty the derivative bucket when the stack goes, copy keys, purge. */
export const drawing = (template: Template) =>
  only(template, "AWS::Lambda::Function", ({ Handler }) => Handler === "handler.handler");

/** Where that function's logs go. */
export const logsOfDrawing = (template: Template) =>
  only(template, "AWS::Logs::LogGroup", ({ id }) => id.includes("Images"));

// A plugin of TypeDoc: what it does not do by itself. Its settings are in typedoc.config.mjs.
import ts from 'typescript';
import { Application, Converter, PageEvent, ReflectionKind } from 'typedoc';

/** @param {Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, nameByHeading);
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, showAugmentations);
  app.renderer.on(PageEvent.END, nameTheIndex);
  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => requireParameters(project, app.logger));
}

/** A document is called by its heading, not by its file. */
function nameByHeading(_context, document) {
  const text = document.content.map((part) => part.text).join('');
  document.name = /^# (.+)/m.exec(text)?.[1] ?? document.name;
}

/** What is added to the types of axios is no export of ours. It stands with those of the first entry. */
function showAugmentations(context, module) {
  if (module.kind !== ReflectionKind.Module || module.parent.children[0] !== module) return;
  const { program, checker, converter } = context;
  const ours = program.getSourceFiles().filter((file) => !program.isSourceFileFromExternalLibrary(file));
  for (const statement of ours.flatMap(({ statements }) => [...statements])) {
    if (!ts.isModuleDeclaration(statement) || !ts.isStringLiteral(statement.name)) continue;
    for (const { name } of statement.body.statements)
      converter.convertSymbol(context.withScope(module), checker.getSymbolAtLocation(name));
  }
}

const CALLABLE = ReflectionKind.FunctionOrMethod | ReflectionKind.Constructor;

/** TypeDoc asks for a comment on all parameters or none; those of a callback are told by its own comment. */
function requireParameters(project, logger) {
  for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter)) {
    const isOfFunction = parameter.parent.parent.kindOf(CALLABLE);
    if (isOfFunction && !parameter.hasComment())
      logger.validationWarning(`${parameter.getFriendlyFullName()} (Parameter) does not have any documentation`);
  }
}

/** A link to the README is one to its folder, which on a disk is no page. */
function nameTheIndex(page) {
  page.contents = page.contents.replace(/href="((?:\.\.?\/)+)(#|")/g, 'href="$1index.html$2');
}

/** An anchor of a heading is made of its text, code included: TypeDoc leaves the code out, and links to it lead nowhere. */
export function codeInHeadings(parser) {
  parser.core.ruler.push('code-in-headings', ({ tokens, Token }) => {
    const html = (content) => Object.assign(new Token('html_inline', '', 0), { content });
    const opened = (token) => {
      if (token.type !== 'code_inline') return [token];
      return [html('<code>'), Object.assign(new Token('text', '', 0), { content: token.content }), html('</code>')];
    };
    for (const [index, { type }] of tokens.entries())
      if (type === 'heading_open') tokens[index + 1].children = tokens[index + 1].children.flatMap(opened);
  });
}

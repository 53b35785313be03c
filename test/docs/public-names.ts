import { fileURLToPath } from 'node:url';
import { isClassDeclaration } from 'typescript/unstable/ast/is';
import {
  API,
  type Checker,
  type Project,
  SignatureKind,
  type Symbol as Name,
  SymbolFlags,
  type Type,
} from 'typescript/unstable/sync';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Numbers by themselves or in arrays: their names do not tell a unit, nor how they lie. */
const OF_NUMBERS =
  /^(readonly )?(number|bigint)(\[\])?( \| (undefined|null))*$|^(Float|Int|Uint16|Uint32|BigInt|BigUint)\w*Array\b/;
/** Whole numbers from 0 that are the same everywhere: of a source's partitions, and of a Memory's rows. */
const FIXED: ReadonlySet<string> = new Set(['partition', 'row']);

/**
 * What cannot be read beside the public names of a module:
 *
 * 1. an export without a docstring; of a schema and the type of the same name one has it
 * 2. a member of a class or an interface without one; unless the contract that the class implements tells it, or its type is a name that has one, or it
 *    shares that of the member before, of the same type
 * 3. a parameter of numbers of which the docstring does not speak by its name: what it counts, its unit, its shape
 * 4. `@throws` of a function that throws
 *
 * @param entry path of the module from the root
 * @returns one line each, ascending
 */
export function untold(entry: string): readonly string[] {
  const api = new API({ cwd: ROOT });
  try {
    const config = `${ROOT}tsconfig.json`;
    const project = api.updateSnapshot({ openProject: config }).getProject(config)!;
    const module = project.checker.getSymbolAtLocation(project.program.getSourceFile(`${ROOT}${entry}`)!)!;
    const reader = new Reader(project);
    return project.checker
      .getExportsOfModule(module)
      .flatMap((name) => reader.untoldOf(name))
      .toSorted();
  } finally {
    api.close();
  }
}

class Reader {
  readonly #project: Project;
  readonly #checker: Checker;

  constructor(project: Project) {
    this.#project = project;
    this.#checker = project.checker;
  }

  untoldOf(exported: Name): string[] {
    const name =
      (exported.flags & SymbolFlags.Alias) === 0 ? exported : this.#checker.getAliasedSymbol(exported);
    const missing = this.#doc(name) === '' ? [name.name] : [];
    if (name.flags & SymbolFlags.Function) missing.push(...this.#ofFunction(name, name.name));
    if (name.flags & (SymbolFlags.Class | SymbolFlags.Interface)) missing.push(...this.#ofMembers(name));
    return missing;
  }

  #doc(name: Name): string {
    return this.#checker.getDocumentationCommentOfSymbol(name);
  }

  #ofMembers(owner: Name): string[] {
    const missing: string[] = [];
    const contracts = this.#contractsOf(owner);
    let before: Name | undefined;
    for (const member of this.#checker.getPropertiesOfType(this.#checker.getDeclaredTypeOfSymbol(owner))) {
      if (member.name.includes('#') || member.getParent()?.id !== owner.id) continue;
      const at = `${owner.name}.${member.name}`;
      const isTold =
        this.#doc(member) !== '' ||
        contracts.some((contract) => {
          const agreed = this.#checker.getPropertyOfType(contract, member.name);
          return agreed !== undefined && (this.#doc(agreed) !== '' || this.#tellsItself(agreed));
        }) ||
        this.#tellsItself(member) ||
        (before !== undefined && this.#typeText(before) === this.#typeText(member));
      if (!isTold) missing.push(at);
      else if (this.#doc(member) !== '') before = member;
      if (member.flags & SymbolFlags.Method && contracts.length === 0)
        missing.push(...this.#ofFunction(member, at));
    }
    return missing;
  }

  /** What a class says that it implements. */
  #contractsOf(owner: Name): Type[] {
    const node = owner.valueDeclaration?.resolve(this.#project);
    if (!node || !isClassDeclaration(node)) return [];
    return [...(node.heritageClauses ?? [])]
      .flatMap(({ types }) => [...types])
      .map((type) => this.#checker.getTypeAtLocation(type))
      .filter((type) => type !== undefined);
  }

  /** Whether it is of a type that has a name of its own, and that name a docstring. */
  #tellsItself(member: Name): boolean {
    if (member.flags & SymbolFlags.Method) return false;
    const type = this.#checker.getTypeOfSymbol(member)!;
    const alone = this.#checker.getNonNullableType(type) ?? type;
    const named = alone.getAliasSymbol() ?? alone.getSymbol();
    return named !== undefined && !OF_NUMBERS.test(this.#typeText(member)) && this.#doc(named) !== '';
  }

  #ofFunction(name: Name, at: string): string[] {
    const tags = this.#checker.getJsDocTagsOfSymbol(name);
    const told = `${this.#doc(name)} ${tags.map(({ text }) => JSON.stringify(text ?? '')).join(' ')}`;
    const missing: string[] = [];
    for (const signature of this.#checker.getSignaturesOfType(
      this.#checker.getTypeOfSymbol(name)!,
      SignatureKind.Call,
    ))
      for (const parameter of signature.getParameters()) {
        if (!OF_NUMBERS.test(this.#typeText(parameter))) continue;
        if (FIXED.has(parameter.name)) continue;
        if (!new RegExp(`\\b${parameter.name}\\b`).test(told)) missing.push(`${at}(${parameter.name})`);
      }
    const throws = name.declarations.some((each) => {
      const node = each.resolve(this.#project);
      return node !== undefined && /\bthrow\b(?!s)/.test(node.getText());
    });
    if (throws && !tags.some((tag) => tag.name === 'throws')) missing.push(`${at} @throws`);
    return missing;
  }

  #typeText(name: Name): string {
    return this.#checker.typeToString(this.#checker.getTypeOfSymbol(name)!);
  }
}

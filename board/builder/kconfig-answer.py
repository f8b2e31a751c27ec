#!/usr/bin/python3
"""Tells what options of a Kconfig tree come out as, and why: one JSON question on stdin, one JSON answer on stdout.

The question (built and its answer read by src/kconfig/question.ts):
  kind         buildroot, linux or busybox
  srctree      folder with the sources; of linux the files named *Kconfig*, scripts/, arch/<arch>/configs and Makefile are enough
  environment  what the Makefiles there export to Kconfig
  configs      files in merge order; names that are not absolute are looked for in srctree
  completeFirst  true where the first one is completed before the others are merged (make <name>_defconfig)
  fixups       [{line, unlessEnabled}] applied to the completed result, which is then completed again (Buildroot's pkg-kconfig.mk)
  asked        [{symbol, value}] with prefix, as in a config
The answer: {symbols: {<symbol>: facts}}, or {unreadable: reason} where the tree is beyond kconfiglib.

Needs python3-kconfiglib. Writes nothing below srctree.
"""

import difflib
import glob
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import kconfiglib
from kconfiglib import AND, BOOL, EQUAL, HEX, INT, NOT, OR, STRING, TRI_TO_STR, TRISTATE, expr_items, expr_str, expr_value

ROOTS = {"buildroot": "Config.in", "linux": "Kconfig", "busybox": "Config.in"}
DEEPEST = 6


class Tree(kconfiglib.Kconfig):
    """kconfiglib, which speaks the Kconfig of 2019, reading what is older and newer, line for line."""

    def __init__(self, kind, srctree):
        self.kind, self.srctree_path, self.origins, self.macros, self.parsing = kind, srctree, {}, set(), True
        super().__init__(ROOTS[kind], warn_to_stderr=False)
        self.parsing = False
        self.probed = self._probed()
        self.implied = {symbol: symbol.weak_rev_dep for symbol in self.unique_defined_syms if symbol.orig_type is TRISTATE and symbol.weak_rev_dep is not self.n}

    def _open(self, filename, mode):
        if not self.parsing or mode != "r":
            return super()._open(filename, mode)
        if self.kind == "busybox" and filename.endswith("Config.src"):
            return io.StringIO(self._busybox_config(filename))
        with super()._open(filename, mode) as file:
            return io.StringIO(self._translate(file.read()))

    def _translate(self, text):
        if self.kind == "linux":  # since 5.15 and 6.18
            return re.sub(r"^(\s+)transitional$", r"\1# transitional", re.sub(r"^(\s+)modules$", r"\1option modules", text, flags=re.M), flags=re.M)
        text = text.replace("$(", r"\$(")  # a Makefile's variable; macros came with Linux 4.18
        return re.sub(r"^(\s*source\s+\S+/Config)\.in$", self._source_of_busybox, text, flags=re.M) if self.kind == "busybox" else text

    def _source_of_busybox(self, match):
        template = match.group(1).split()[1] + ".src"
        return match.group(1) + (".src" if os.path.exists(os.path.join(self.srctree_path, template)) else ".in")

    def _busybox_config(self, filename):
        """Config.in as scripts/gen_build_files.sh makes it of Config.src and the //config: lines of the C files beside it."""
        folder = os.path.relpath(os.path.dirname(filename), self.srctree_path)
        lines, origins = [], []
        for number, line in enumerate(read(filename).splitlines(), 1):
            if line != "INSERT":
                lines.append(line)
                origins.append(f"{folder}/Config.src:{number}")
                continue
            for source in sorted(glob.glob(os.path.join(glob.escape(os.path.dirname(filename)), "*.c"))):
                for place, text in enumerate(read(source).splitlines(), 1):
                    if text.startswith("//config:"):
                        lines.append(text[len("//config:"):])
                        origins.append(f"{folder}/{os.path.basename(source)}:{place}")
        self.origins[f"{folder}/Config.src"] = origins
        return self._translate("\n".join(lines) + "\n")

    def shown(self, symbol):
        """The value as a .config has it; n where it has none."""
        line = symbol.config_string.rstrip("\n")
        if line == "" and self.kind == "busybox":  # whose Kconfig writes texts and numbers that are hidden, too
            return {INT: "0", HEX: "0x0", STRING: '""'}.get(symbol.orig_type, "n")
        return "n" if line == "" or line.startswith("#") else line.split("=", 1)[1]

    def _expand_macro(self, *arguments):
        self.macros.add((self.filename, self.linenr))
        return super()._expand_macro(*arguments)

    def _probed(self):
        """Options whose definition looks at the compiler or at other tools."""
        starts = {}
        for node in self.node_iter():
            starts.setdefault(node.filename, []).append((node.linenr, node.item))
        for nodes in starts.values():
            nodes.sort(key=lambda start: start[0])
        defined = [[item for start, item in starts.get(filename, []) if start <= linenr][-1:] for filename, linenr in self.macros]
        return {item for items in defined for item in items if isinstance(item, kconfiglib.Symbol)}

    def place(self, node):
        return self.origins[node.filename][node.linenr - 1] if node.filename in self.origins else f"{node.filename}:{node.linenr}"

    def complete(self, text, folder):
        """`text` as a full configuration: what conf --olddefconfig makes of it."""
        path = os.path.join(folder, "config")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self._first_of_choices(text) if self.kind == "busybox" else text)
        if self.kind == "linux":
            self._load_linux(path, text)
        else:
            self.load_config(path)
        self.write_config(path, save_old=False)
        return read(path)

    def _load_linux(self, path, text):
        self._imply(text)
        self.load_config(path)
        for symbol, condition in self.implied.items():
            if symbol.weak_rev_dep is self.n and symbol.visibility == 0:  # what is hidden is not said
                symbol.weak_rev_dep = condition
                symbol.unset_value()
        if not self._kconfig_has("confdata.c", "sym_string_within_range"):
            self._clamp()
        if self._kconfig_has("symbol.c", "choice_members", unknown=True):
            self._choose(text)

    def _kconfig_has(self, file, name, unknown=False):
        """Whether the sources' own Kconfig knows `name`; without its source it is taken for a new one."""
        path = os.path.join(self.srctree_path, "scripts/kconfig", file)
        return name in read(path) if os.path.exists(path) else unknown

    def _first_of_choices(self, text):
        """BusyBox keeps the first member of a choice that is said to be y, later Kconfigs the last (conf_read_simple of confdata.c)."""
        chosen, lost = {}, set()
        for name in re.findall(rf"^{self.config_prefix}(\w+)=y", text, re.M):
            choice = self.syms[name].choice if name in self.syms else None
            if choice and chosen.setdefault(choice, name) != name:
                lost.add(self.config_prefix + name)
        return drop(text, lost)

    def _imply(self, text):
        """Since Linux 5.7 an option that is implied with y may be said to be m; kconfiglib makes it y."""
        modules = set(re.findall(rf"^{self.config_prefix}(\w+)=m", text, re.M))
        for symbol, condition in self.implied.items():
            symbol.weak_rev_dep = self.n if symbol.name in modules and has_prompt(symbol) else condition
        self.unset_values()

    def _clamp(self):
        """Newer Linux takes the nearest number of the range (sym_validate_range of symbol.c), older ones and kconfiglib the default."""
        for symbol in self.unique_defined_syms:
            bounds = range_of(symbol) if symbol.ranges and symbol.user_value is not None else None
            if bounds:
                base = 16 if symbol.orig_type is HEX else 10
                low, high = (int(bound, base) for bound in bounds)
                if not low <= int(symbol.user_value, base) <= high:
                    symbol.set_value(bounds[0] if int(symbol.user_value, base) < low else bounds[1])

    def _choose(self, text):
        """Since Linux 6.11 a member that is said to be n is the choice's last resort (sym_calc_choice of symbol.c)."""
        refused = [name for name in re.findall(rf"^(?:# )?{self.config_prefix}(\w+)(?:=n| is not set)", text, re.M)]
        for choice in self.unique_choices:
            members = [member for member in choice.syms if member.visibility]
            chosen = choice.selection
            if chosen and chosen.user_value == 0:
                silent = [member for member in members if member.user_value is None]
                (silent or sorted(members, key=lambda member: refused.index(member.name)))[0].set_value(2)


def range_of(symbol):
    return next(((low.str_value, high.str_value) for low, high, condition in symbol.ranges if expr_value(condition)), None)


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def drop(text, names):
    """`text` without the lines that say something of `names`."""
    return "".join(line for line in text.splitlines(keepends=True) if not ((match := re.match(r"(?:# )?(\w+)(?:=| is not set)", line)) and match[1] in names))


def merge(tree, texts):
    """As merge_config.sh -m does."""
    pattern = re.compile(rf"^(?:({tree.config_prefix}\w+)=|# ({tree.config_prefix}\w+) is not set$)", re.M)
    merged = ""
    for text in texts:
        merged = drop(merged, {set_ or unset for set_, unset in pattern.findall(text)}) + text.rstrip("\n") + "\n"
    return merged


def fix(text, fixups):
    """As KCONFIG_ENABLE_OPT, KCONFIG_SET_OPT and KCONFIG_DISABLE_OPT of Buildroot's pkg-utils.mk do."""
    for fixup in fixups:
        name = re.sub(r"^# ", "", fixup["line"]).split("=")[0].split(" ")[0]
        if not (fixup["unlessEnabled"] and re.search(rf"^{name}=[my]", text, re.M)):
            text = drop(text, {name}) + fixup["line"] + "\n"
    return text


def configure(tree, question, folder):
    texts = [read(os.path.join(question["srctree"], config)) for config in question["configs"]]
    if question["completeFirst"]:
        texts[0] = tree.complete(texts[0], folder)
    text = tree.complete(merge(tree, texts), folder)
    return tree.complete(fix(text, question["fixups"]), folder) if question["fixups"] else text


def failing(expression, wanted):
    """The conjuncts of `expression` that are below `wanted` (1 for m, 2 for y)."""
    if isinstance(expression, tuple) and expression[0] is AND:
        return failing(expression[1], wanted) + failing(expression[2], wanted)
    if expr_value(expression) >= wanted:
        return []
    if isinstance(expression, kconfiglib.Choice):
        return prompt_failing(expression, wanted) or [expression]
    return [expression]


def prompt_failing(item, wanted):
    """What hides the prompt of a symbol or choice; of several definitions the one that needs least."""
    return least([failing(node.prompt[1], wanted) for node in item.nodes if node.prompt])


def default_failing(symbol, wanted):
    """What keeps the defaults of an option without a prompt from giving it `wanted`."""
    return least([way for value, condition in symbol.defaults if (way := failing(value, wanted) + failing(condition, wanted)) and not is_constant(way[0])])


def least(ways):
    return list(dict.fromkeys(min(ways, key=len))) if ways else []


def is_constant(expression):
    return isinstance(expression, kconfiglib.Symbol) and expression.is_constant


def has_prompt(symbol):
    return any(node.prompt for node in symbol.nodes)


def selectors(symbol):
    """[(selecting symbol, value of the whole condition)]"""
    found, waiting = [], [symbol.rev_dep]
    while waiting:
        term = waiting.pop()
        if isinstance(term, tuple) and term[0] is OR:
            waiting += term[:0:-1]
            continue
        value = expr_value(term)
        while isinstance(term, tuple):
            term = term[1]
        if not is_constant(term):
            found.append((term, value))
    return found


class Facts:
    def __init__(self, tree, reset):
        self.tree, self.reset, self.names = tree, reset, sorted(symbol.name for symbol in tree.unique_defined_syms)

    def of(self, name, asked, fixups):
        symbol = self.tree.syms.get(name.removeprefix(self.tree.config_prefix))
        if symbol is None or not symbol.nodes:
            return {"known": False, "near": [self.tree.config_prefix + near for near in self.near(name.removeprefix(self.tree.config_prefix))]}
        value = self.tree.shown(symbol)
        facts = {"known": True, "type": kconfiglib.TYPE_TO_STR[symbol.orig_type], "value": value, "places": [self.tree.place(node) for node in symbol.nodes]}
        if has_prompt(symbol):
            facts["prompt"] = next(node.prompt[0] for node in symbol.nodes if node.prompt)
        if any(node.filename.endswith("Config.in.legacy") for node in symbol.nodes):
            facts["legacy"] = True
        return facts if value == asked else {**facts, **self.reasons(symbol, asked, fixups)}

    def near(self, name):
        """Up to three options with the same ending, or the same first words and an end that is spelt much alike."""
        head = re.match(r"(?:BR2_(?:PACKAGE_|TARGET_)?)?", name)[0]
        rest = name[len(head):]
        alike = difflib.get_close_matches(rest, [other[len(head):] for other in self.names if other.startswith(head)], 3, 0.75)
        return list(dict.fromkeys([other for other in self.names if other.endswith(f"_{rest}")] + [head + other for other in alike]))[:3]

    def reasons(self, symbol, asked, fixups):
        wanted = {"y": 2, "m": 1, "n": 0}.get(asked, 1)
        reasons = {
            "rejected": not fits(symbol, asked),
            "unmet": self.conditions(symbol, max(wanted, 1), set()),
            "probed": self.is_probed(symbol),
            "selectedBy": [{**self.name(by), "value": TRI_TO_STR[value]} for by, value in selectors(symbol) if value > 0],
            "modulesOff": symbol.orig_type is TRISTATE and symbol.type is BOOL,
            "remedy": self.remedy(symbol, asked, wanted),
        }
        if not has_prompt(symbol):
            reasons["selectors"] = [self.name(by) for by, _ in selectors(symbol)[:5]]
        chosen = symbol.choice.selection if symbol.choice else None
        if chosen:
            reasons["chosen"] = self.name(chosen)
            if self.tree.kind == "busybox" and asked == "y" and symbol.visibility:
                reasons["remedy"] = [f"# {self.tree.config_prefix}{chosen.name} is not set"]
        if range_of(symbol):
            reasons["range"] = range_of(symbol)
        fixup = [line for line in (fixup["line"] for fixup in fixups) if re.match(rf"(?:# )?{self.tree.config_prefix}{symbol.name}(?:=| is)", line)]
        return {**reasons, "fixup": fixup[-1]} if fixup else reasons

    def conditions(self, symbol, wanted, seen):
        """What `symbol` lacks; what one of these lacks too is told there only."""
        lacking = prompt_failing(symbol, wanted) if has_prompt(symbol) else default_failing(symbol, wanted)
        described = [self.condition(expression, wanted, seen | {symbol}) for expression in lacking]
        deeper = {inner["expression"] for condition in described for inner in below(condition)}
        return [condition for condition in described if condition["expression"] not in deeper]

    def name(self, symbol):
        return {"symbol": self.tree.config_prefix + symbol.name, "place": self.tree.place(symbol.nodes[0])}

    def condition(self, expression, wanted, seen):
        """A condition that is not met, and why the option it names is not."""
        items = sorted((item for item in expr_items(expression) if isinstance(item, kconfiglib.Symbol) and not is_constant(item)), key=lambda item: item.name)
        described = {
            "expression": expr_str(expression),
            "value": TRI_TO_STR[expr_value(expression)],
            "symbols": [self.part(item) for item in items],
            "because": [],
        }
        if isinstance(expression, kconfiglib.Symbol) and expression not in seen and len(seen) < DEEPEST:
            described["because"] = self.conditions(expression, wanted, seen)
            if expression.nodes and not has_prompt(expression):
                described["selectors"] = [self.name(by) for by, _ in selectors(expression)[:5]]
        return described

    def part(self, symbol):
        if not symbol.nodes:
            return {"symbol": self.tree.config_prefix + symbol.name, "value": "n", "known": False, "probed": False}
        return {**self.name(symbol), "value": self.tree.shown(symbol), "known": True, "probed": self.is_probed(symbol)}

    def is_probed(self, symbol):
        """Whether the value may be another one with another compiler: by the option's own definition or, where only others set it, by theirs."""
        if symbol in self.tree.probed or has_prompt(symbol):
            return symbol in self.tree.probed
        rest = expr_items(symbol.rev_dep)
        return any(item in self.tree.probed or not self.tree.probed.isdisjoint(expr_items(item.direct_dep)) for item in rest if isinstance(item, kconfiglib.Symbol))

    def remedy(self, symbol, asked, wanted):
        """Lines that, added to the configuration, let `symbol` have the value asked for: tried, so [] where none were found."""
        trial = {}
        opened = all(self.satisfy(expression, max(wanted, 1), trial, (symbol,)) for expression in prompt_failing(symbol, max(wanted, 1)))
        lines = [f"{self.tree.config_prefix}{item.name}={value}" if value != "n" else f"# {self.tree.config_prefix}{item.name} is not set" for item, value in trial.items()]
        if opened and lines and fits(symbol, asked):
            if asked == "m" and self.tree.kind == "linux" and symbol in self.tree.implied:
                symbol.weak_rev_dep = self.tree.n  # until reset(); see Tree._imply
            symbol.set_value(kconfiglib.unescape(asked[1:-1]) if symbol.orig_type is STRING else asked)
            lines = lines if self.tree.shown(symbol) == asked else []
        else:
            lines = []
        self.reset()
        return lines

    def satisfy(self, expression, wanted, trial, path):
        if expr_value(expression) >= wanted:
            return True
        if isinstance(expression, kconfiglib.Symbol):
            return self.enable(expression, wanted, trial, path)
        if not isinstance(expression, tuple):
            return False
        if expression[0] is AND:
            return all(self.satisfy(part, wanted, trial, path) for part in expression[1:])
        if expression[0] is OR:
            return any(self.satisfy(part, wanted, trial, path) for part in expression[1:])
        if expression[0] is NOT and isinstance(expression[1], kconfiglib.Symbol):
            return self.set(expression[1], "n", trial) and expr_value(expression) >= wanted
        if expression[0] is EQUAL and expression[2].is_constant and expression[2].name in ("y", "m", "n"):
            return self.set(expression[1], expression[2].name, trial) and expr_value(expression) >= wanted
        return False

    def enable(self, symbol, wanted, trial, path):
        if symbol in path or len(path) > DEEPEST or not has_prompt(symbol):
            return False
        if not all(self.satisfy(part, wanted, trial, (*path, symbol)) for part in prompt_failing(symbol, wanted)):
            return False
        return self.set(symbol, "y" if wanted == 2 or symbol.type is BOOL else "m", trial) and symbol.tri_value >= wanted

    @staticmethod
    def set(symbol, value, trial):
        if symbol.orig_type not in (BOOL, TRISTATE) or not has_prompt(symbol):
            return False
        trial[symbol] = value
        return symbol.set_value(value)


def below(condition):
    for inner in condition["because"]:
        yield inner
        yield from below(inner)


def fits(symbol, value):
    """Whether Kconfig takes `value` for an option of this type, its range left aside."""
    patterns = {BOOL: "[yn]", TRISTATE: "[ymn]", STRING: r'"(?:[^"\\]|\\.)*"', INT: r"-?\d+", HEX: r"(?:0[xX])?[0-9a-fA-F]+"}
    return re.fullmatch(patterns.get(symbol.orig_type, ".*"), value) is not None


def environment_of(question):
    environment = {"srctree": question["srctree"], "CONFIG_": "" if question["kind"] == "buildroot" else "CONFIG_", **question["environment"]}
    if question["kind"] == "linux":  # as the kernel's Makefile has them
        parts = dict(re.findall(r"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION) = *(.*?) *$", read(os.path.join(question["srctree"], "Makefile")), re.M))
        environment.setdefault("KERNELVERSION", f"{parts['VERSION']}.{parts['PATCHLEVEL']}.{parts['SUBLEVEL']}{parts.get('EXTRAVERSION', '')}")
        if shutil.which(environment["CC"]) is None:
            sys.exit(f"kconfig-answer: there is no compiler {environment['CC']}, of which the kernel's Kconfig asks")
        version = subprocess.run([environment["CC"], "--version"], capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}).stdout
        environment.setdefault("CC_VERSION_TEXT", version.split("\n")[0].replace("#", ""))
    return environment


def answer(question, folder):
    os.environ.update(environment_of(question))
    try:
        tree = Tree(question["kind"], question["srctree"])
    except kconfiglib.KconfigError as error:
        return {"unreadable": str(error).strip()}
    final = configure(tree, question, folder)
    facts = Facts(tree, lambda: tree.complete(final, folder))
    return {"symbols": {asked["symbol"]: facts.of(asked["symbol"], asked["value"], question["fixups"]) for asked in question["asked"]}}


def main():
    question = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # the kernel's compiler tests write where they are
        json.dump(answer(question, folder), sys.stdout, indent=1)
        os.chdir("/")
    print()


if __name__ == "__main__":
    main()

"""The commands: read, call, write, print. No logic of the domain."""

from __future__ import annotations

import errno
import io
import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core
from rich.table import Table
from rich.text import Text

import doorstep
from doorstep import (
    cli_fair,
    cli_inventory,
    cli_missing,
    cli_pareto,
    cli_register,
    cli_robust,
    cli_standard,
    cli_walk,
    cli_what_if,
    cli_worth,
)
from doorstep.cli_options import (
    CPUS,
    Branches,
    Budget,
    CityFolder,
    Gap,
    Lang,
    Method,
    Out,
    ProfileName,
    Rounds,
    Seed,
    Settings,
    TimeLimit,
    Workers,
    help_of,
    inputs,
    language,
    money,
    speak,
    system_language,
    use_language,
    write,
)
from doorstep.errors import DoorstepError, InputError, VerificationError
from doorstep.messages import catalogue, text
from doorstep.screen import (
    count,
    err,
    out,
    print_completeness,
    print_coverage,
    print_doubles,
    print_plan,
    print_problems,
    print_rows,
    print_violations,
    share,
    watch,
)

# Rooms are imported inside the commands: `doorstep --help` need not wait for the compiled loops.

__all__ = ["app", "main"]


_UsageError: type[Exception] = typer.BadParameter.__bases__[
    0
]  # Typer carries its own Click since 0.20; before, it was the public one


class _Command(typer.core.TyperCommand):
    """A command whose help is in the language of the reader and never cut short."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - printed, not formatted
        _print_help(self, ctx)


class _Group(typer.core.TyperGroup):
    """The commands by name."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        _print_help(self, ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            known = ", ".join(name for name, one in self.commands.items() if not one.hidden)
            raise DoorstepError("command-unknown", name=args[0], known=known)
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Group, help=help_of("help"), no_args_is_help=False, invoke_without_command=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip


@app.callback(cls=_Group)
def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help=help_of("opt_version"), show_default=False)] = False,
) -> None:
    if version:
        out.say(f"doorstep {doorstep.__version__}")
    elif context.invoked_subcommand is None:
        _print_help(context.command, context)
        raise typer.Exit(2)


@app.command("check", cls=_Command, help=help_of("help_check"))
def check(city: CityFolder, lang: Lang = None) -> None:
    from doorstep.city import check_city
    from doorstep.standards import load_profile
    from doorstep.walk_questions import joining_notes

    language = speak(lang, city)
    found = check_city(city)
    problems = found.problems
    wrong = None
    if found.city is not None:
        try:
            standard = load_profile(found.city.profile, overrides=found.city.overrides)
            problems += joining_notes(found.city, standard)
        except DoorstepError as error:
            wrong = error
    print_problems(language, problems)
    if len(found.completeness):
        print_completeness(language, found.completeness)
    if found.city is not None:
        print_doubles(city, language)
    if wrong is not None:
        err.say(f"city.toml: {_told(wrong)}")
        raise typer.Exit(1) from wrong
    raise typer.Exit(1 if any(one.severity == "error" for one in found.problems) else 0)


@app.command("diagnose", cls=_Command, help=help_of("help_diagnose"))
def diagnose(
    city: CityFolder, to: Out, profile: ProfileName = None, settings: Settings = None, lang: Lang = None,
    workers: Workers = CPUS,
) -> None:  # fmt: skip
    from doorstep import pipeline
    from doorstep.plan_file import write_need
    from doorstep.report import write_diagnosis
    from doorstep.whole import check_place, whole_folder

    data, standard, language = inputs(city, profile, settings, lang, joining=True)
    check_place(to, ours="assessment.csv")
    with out.status(Text(text(language, "cli.walking"))):
        found = pipeline.diagnose(data, standard, workers=workers)
    with whole_folder(to, ours="assessment.csv") as part:
        write_diagnosis(data, standard, found.assessment, found.bands, found.need, part, language)
        write_need(found.need, part)
    people = float(data.residences.filter(regex=r"^p_\d").to_numpy().sum())
    out.say(text(language, "cli.done_diagnose", people=count(people), residences=count(len(data.residences))))
    print_coverage(language, found.need, ("reached_facility", "served_now"))
    out.say(text(language, "cli.plan_open", file=to / "assessment.csv"))


@app.command("plan", cls=_Command, help=help_of("help_plan"))
def plan(
    city: CityFolder, to: Out, budget: Budget = None, profile: ProfileName = None, gap: Gap = 0.01,
    rounds: Rounds = 60, branches: Branches = None, time_limit: TimeLimit = None, seed: Seed = 0,
    settings: Settings = None, resume: Annotated[bool, typer.Option("--resume", help=help_of("opt_resume"))] = False,
    method: Method = "engine", workers: Workers = CPUS, lang: Lang = None,
    phases: Annotated[
        str | None, typer.Option("--phases", metavar="NAME=N,NAME=N", help=help_of("opt_phases"), show_default=False)
    ] = None,
    least_cost: Annotated[bool, typer.Option("--least-cost", help=help_of("opt_least_cost"))] = False,
) -> None:  # fmt: skip
    data, standard, language = inputs(city, profile, settings, lang, joining=True)
    if least_cost:
        _plan_least_cost(data, standard, language, to, gap=gap, rounds=rounds, seed=seed, workers=workers)
        return
    if phases is not None or (budget is None and data.asked.phases):
        _plan_phases(data, standard, language, to, phases=phases, gap=gap, rounds=rounds, branches=branches, seed=seed,
                     workers=workers)  # fmt: skip
        return
    _plan(data, standard, language, to, budget=budget, gap=gap, rounds=rounds, branches=branches,
          time_limit=time_limit, seed=seed, resume=resume, method=method, workers=workers)  # fmt: skip


@app.command("evaluate", cls=_Command, help=help_of("help_evaluate"))
def evaluate(
    city: CityFolder,
    hubs: Annotated[Path, typer.Argument(metavar="HUBS", help=help_of("arg_hubs"), show_default=False)],
    to: Out, profile: ProfileName = None, seed: Seed = 0, rounds: Rounds = 30, settings: Settings = None,
    workers: Workers = CPUS, lang: Lang = None,
) -> None:  # fmt: skip
    from doorstep import pipeline
    from doorstep.own_hubs import read_own_hubs
    from doorstep.whole import check_place

    data, standard, language = inputs(city, profile, settings, lang, joining=True)
    check_place(to, ours="plan.json")
    with out.status(Text(text(language, "cli.walking"))):
        found = pipeline.diagnose(data, standard, workers=workers)
    grades = read_own_hubs(hubs, data, standard, found.problem, found.converted)
    options = pipeline.PlanOptions(seed=seed, workers=workers, rounds=rounds)
    made = pipeline.plan_of_grades(found, grades, options)
    with watch(language) as (show, interrupted):
        best = pipeline.make_plan(
            found,
            pipeline.PlanOptions(
                budget_money=made.results.plan.capital_money, seed=seed, workers=workers, rounds=rounds
            ),
            progress=show,
            interrupted=interrupted,
        )
    write(made, to, language)
    own, other = made.results.plan.bound, best.results.plan.bound
    if own.objective > 0:
        more = max(0.0, other.objective / own.objective - 1)
        most = max(0.0, min(own.bound, other.bound) / own.objective - 1)
        out.say(text(language, "cli.evaluate_more", more=share(more), most=share(most)))
    print_plan(made.results, language, to)


@app.command("compare", cls=_Command, help=help_of("help_compare"))
def compare(
    plan_a: Annotated[Path, typer.Argument(metavar="PLAN_A", help=help_of("arg_plan"), show_default=False)],
    plan_b: Annotated[Path, typer.Argument(metavar="PLAN_B", help=help_of("arg_other_plan"), show_default=False)],
    to: Annotated[Path, typer.Option("--out", metavar="FILE", help=help_of("opt_out"))] = Path("comparison.html"),
    lang: Lang = None,
) -> None:  # fmt: skip
    from doorstep.report import comparison_rows, read_plan_results, write_comparison
    from doorstep.whole import whole_file

    speak(lang, None)
    one, other = read_plan_results(plan_a), read_plan_results(plan_b)
    language = speak(lang, None, one.plan.language)
    with whole_file(to) as part:
        write_comparison(one, other, part, language)
    print_rows(("", "A", "B", "B − A"), comparison_rows(one, other, language))
    out.say(text(language, "cli.compare_done", file=to))


@app.command("explain", cls=_Command, help=help_of("help_explain"))
def explain(
    city: CityFolder,
    plan_folder: Annotated[Path, typer.Argument(metavar="PLAN", help=help_of("arg_plan"), show_default=False)],
    space: Annotated[str, typer.Argument(metavar="SPACE", help=help_of("arg_space"), show_default=False)],
    workers: Workers = CPUS,
    lang: Lang = None,
) -> None:
    from doorstep.explain import explanation
    from doorstep.pipeline import profile_of_plan
    from doorstep.planned import read_planned

    language = speak(lang, city)
    data, document = read_planned(city, plan_folder)
    standard = profile_of_plan(data, document)
    for line in explanation(data, standard, document, space, language, workers=workers):
        out.say(line)


@app.command("verify", cls=_Command, help=help_of("help_verify"))
def verify(
    city: CityFolder,
    plan_folder: Annotated[Path, typer.Argument(metavar="PLAN", help=help_of("arg_plan"), show_default=False)],
    lang: Lang = None,
) -> None:
    from doorstep.city import read_city
    from doorstep.plan_file import read_plan
    from doorstep.verify import check_folder

    language = speak(lang, city)
    document = read_plan(plan_folder)
    data = read_city(city)
    if document.city != data.name:
        err.say(_told(DoorstepError("plan-of-other-input", plan=plan_folder, city=city)))
    verdict = check_folder(data, plan_folder)
    bound = document.bound
    if verdict.bound_checker is not None:
        out.say(
            text(
                language, "cli.verify_bound", plan=f"{bound.bound:.4f}", checker=f"{verdict.bound_checker:.4f}",
                objective=f"{verdict.objective:.4f}", gap=share(bound.gap),
            )
        )  # fmt: skip
    near = len(verdict.near_limit)
    out.say(
        text(
            language, "cli.verify_walk", mm=verdict.largest_walk_difference_mm,
            ms=verdict.largest_walk_difference_ms, near=near,
        )
    )  # fmt: skip
    for row in verdict.near_limit.itertuples(index=False):
        out.say("  " + " ".join(str(value) for value in row))
    if verdict.ok:
        out.say(text(language, "cli.verify_ok", pairs=count(verdict.n_pairs_checked)))
        return
    print_violations(language, verdict.violations)
    out.say(text(language, "cli.verify_bad", count=sum(one.count for one in verdict.violations)))
    raise typer.Exit(1)


@app.command("demo", cls=_Command, help=help_of("help_demo"))
def demo(
    city: Annotated[str, typer.Argument(metavar="CITY", help=help_of("arg_bundled"))] = "newport",
    to: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help=help_of("opt_out"), show_default=False)
    ] = None,
    workers: Workers = CPUS,
    lang: Lang = None,
) -> None:
    from doorstep.bundled import bundled_budget, bundled_city

    folder = bundled_city(city)
    data, standard, language = inputs(folder, None, None, lang)
    out.say(text(language, "cli.demo_title", city=data.name), style="bold")
    _plan(data, standard, language, to or Path("out") / city, budget=bundled_budget(city), gap=0.01, rounds=60,
          branches=None, time_limit=None, seed=0, resume=False, method="engine", workers=workers)  # fmt: skip


@app.command("warm", cls=_Command, help=help_of("help_warm"), hidden=True)
def warm() -> None:
    from doorstep.warm import compile_loops

    compile_loops()


def main() -> None:
    """Run the command line: every error that a user can mend is a message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without Chinese or dashes must not stop a plan
            stream.reconfigure(errors="backslashreplace")
    use_language(system_language())
    sys.exit(_run())


def _run() -> int:
    """Run the command of ``sys.argv`` and return the exit code: 0 done, 1 problems, 2 cannot be done, 130 stopped."""
    try:
        code = app(prog_name="doorstep", standalone_mode=False)
    except InputError as error:
        print_problems(language(), error.problems, to=err)
        err.say(_told(error))
        return 1
    except VerificationError as error:
        print_violations(language(), error.values["violations"], to=err)
        err.say(_told(error))
        return 1
    except DoorstepError as error:
        err.say(_told(error))
        return 2
    except _UsageError as error:
        err.say(_usage_told(error))
        return 2
    except OverflowError:
        err.say(text(language(), "errors.too-large"))
        return 2
    except OSError as error:
        err.say(text(language(), "errors.os", file=error.filename or "-", reason=_reason(error)))
        return 2
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    if code == 130:
        err.say(text(language(), "errors.interrupted"))
    return int(code or 0)


def _told(error: DoorstepError) -> str:
    """Return the text of an error; what the system said is put into words, too."""
    values = {name: _reason(one) if isinstance(one, OSError) else one for name, one in error.values.items()}
    return catalogue(language(), "errors")[error.code].format(**values)  # not text(): some values are called "key"


def _reason(error: OSError) -> str:
    key = f"os_{errno.errorcode.get(error.errno or 0, '')}"
    return catalogue(language(), "errors").get(key) or text(language(), "errors.os_other", number=error.errno or "?")


def _usage_told(error: Any) -> str:
    """Return what is wrong with the words of a command line, in the reader's language."""
    context, kind = getattr(error, "ctx", None), type(error).__name__
    command = context.command_path if context is not None else "doorstep"
    parameter, option = getattr(error, "param", None), getattr(error, "option_name", "")
    name = option or (_name_of(parameter) if parameter is not None else "")
    inside = re.search(r"\(([^()]*)\)\.?$", error.format_message())
    if kind == "MissingParameter":
        return text(language(), "errors.usage-missing", name=name, command=command)
    if kind == "NoSuchOption" and (number := _last_number(name)):
        return text(language(), "errors.usage-negative", name=number, command=command)
    if kind == "NoSuchOption":
        return text(language(), "errors.usage-option", name=name, command=command)
    if kind == "BadOptionUsage":
        return text(language(), "errors.usage-no-value", name=name, command=command)
    found = name or (inside.group(1) if inside else "")
    return text(language(), "errors.usage-words", found=found, command=command)


def _last_number(option: str) -> str:
    """The word of the command line that begins so, if it is a number: a minus is read as the mark of an option."""
    return next((one for one in sys.argv[1:] if one.startswith(option) and re.fullmatch(r"-\d[\d.,]*", one)), "")


def _name_of(parameter: Any) -> str:
    """Return an option by its name, an argument by the word that stands for it."""
    if parameter.param_type_name == "option":
        return str(parameter.opts[0])
    return str(parameter.metavar or parameter.name).strip("{}")


def _print_help(command: Any, context: Any) -> None:
    """Print the help of a command: usage, what it does, then arguments, options and commands."""
    shown = [one for one in command.get_params(context) if not getattr(one, "hidden", False)]
    arguments = [one for one in shown if one.param_type_name == "argument"]
    options = [one for one in shown if one.param_type_name == "option"]
    commands = [] if not isinstance(command, _Group) else [one for one in command.commands.values() if not one.hidden]
    words = [_name_of(one) for one in arguments] + (["COMMAND"] if commands else []) + ["[OPTIONS]"]
    out.say()
    out.say(f"{help_of('usage')} {context.command_path} {' '.join(words)}", style="bold")
    out.say()
    out.say(help_of("help") if isinstance(command, _Group) else command.help or "")
    for title, rows in (
        ("commands", [(one.name, one.help or "") for one in commands]),
        ("arguments", [(_name_of(one), one.help or "") for one in arguments]),
        ("options", [(_option_names(one), _option_told(one)) for one in options]),
    ):
        if rows:
            table = Table(box=None, show_header=False, padding=(0, 2), title=help_of(title), title_justify="left")
            table.add_column(no_wrap=True)
            table.add_column(overflow="fold")
            for row in rows:
                table.add_row(*row)
            out.say()
            out.say_table(table)


def _option_names(option: Any) -> str:
    return " ".join([", ".join(option.opts), option.metavar or ""]).strip()


def _option_told(option: Any) -> str:
    told = help_of("opt_help") if option.opts == ["--help"] else option.help or ""
    if option.required:
        return f"{told} {help_of('required')}"
    return f"{told} {help_of('default', value=option.default)}" if option.show_default and option.default else told


def _plan(data, standard, language: str, to: Path, *, budget: str | None, gap: float,  # type: ignore[no-untyped-def]
          rounds: int, branches: int | None, time_limit: float | None, seed: int, resume: bool, method: str,
          workers: int) -> None:  # fmt: skip
    from doorstep import pipeline
    from doorstep.costs import MINOR_UNITS
    from doorstep.whole import check_place

    if method not in pipeline.METHODS:
        raise DoorstepError("method-unknown", name=method, known=", ".join(pipeline.METHODS))
    if data.currency not in MINOR_UNITS:
        raise DoorstepError("currency-unknown", currency=data.currency, known=", ".join(sorted(MINOR_UNITS)))
    check_place(to, ours="plan.json")
    options = pipeline.PlanOptions(
        budget_money=None if budget is None else money(budget, MINOR_UNITS[data.currency]),
        method=method, gap_target=gap, rounds=rounds, branches=branches, seed=seed, workers=workers,
        time_limit_s=time_limit,
    )  # fmt: skip
    state = pipeline.state_to_resume(to, data, standard, options) if resume else None
    with out.status(Text(text(language, "cli.walking"))):
        found = pipeline.diagnose(data, standard, workers=workers)
    with watch(language) as (show, interrupted):
        made = pipeline.make_plan(found, options, progress=show, interrupted=interrupted, resume=state)
        stopped = interrupted()
    if stopped:
        out.say(text(language, "cli.stopped", round=made.results.plan.rounds))
    write(made, to, language)
    print_plan(made.results, language, to)


def _plan_least_cost(data, standard, language: str, to: Path, *, gap: float, rounds: int, seed: int,  # type: ignore[no-untyped-def]
                     workers: int) -> None:  # fmt: skip
    from doorstep import pipeline
    from doorstep.whole import check_place

    check_place(to, ours="plan.json")
    options = pipeline.PlanOptions(gap_target=gap, rounds=rounds, seed=seed, workers=workers)
    with out.status(Text(text(language, "cli.walking"))):
        found = pipeline.diagnose(data, standard, workers=workers)
    with watch(language) as (show, interrupted):
        made = pipeline.make_least_cost(found, options, progress=show, interrupted=interrupted)
    write(made, to, language)
    print_plan(made.results, language, to)


def _plan_phases(data, standard, language: str, to: Path, *, phases: str | None, gap: float, rounds: int,  # type: ignore[no-untyped-def]
                 branches: int | None, seed: int, workers: int) -> None:  # fmt: skip
    from doorstep import pipeline
    from doorstep.phases import make_phases, phases_asked, write_phases
    from doorstep.screen import print_phases
    from doorstep.whole import check_place

    check_place(to, ours="plan.json")
    asked = phases_asked(data, phases)
    options = pipeline.PlanOptions(gap_target=gap, rounds=rounds, branches=branches, seed=seed, workers=workers)
    with out.status(Text(text(language, "cli.walking"))):
        found = pipeline.diagnose(data, standard, workers=workers)
    out.say(text(language, "asked.planning_phase", count=len(asked)))
    with watch(language) as (show, interrupted):
        made = make_phases(found, asked, options, progress=show, interrupted=interrupted)
    with out.status("") as status:
        write_phases(
            made, to, language, progress=lambda name: status.update(Text(text(language, "cli.writing", file=name)))
        )
    print_plan(made[-1].results, language, to)
    print_phases(made[-1].results, language)


_OTHERS = {
    "walk_commands": cli_walk.COMMANDS,
    "inventory_commands": cli_inventory.COMMANDS,
    "missing_facts": cli_missing.COMMANDS,
    "what_if": cli_what_if.COMMANDS,
    "fair": cli_fair.COMMANDS,
    "robust": cli_robust.COMMANDS,
    "pareto": cli_pareto.COMMANDS,
    "worth": cli_worth.COMMANDS,
    "import_commands": cli_register.COMMANDS,
    "standard_check": cli_standard.COMMANDS,
    "outlook": cli_standard.LATER,
}
"""The commands of other files, by the catalogue that holds their help as ``help_<name>``."""

for _subject, _commands in _OTHERS.items():
    for _name, _command in _commands.items():
        _told_by = help_of(f"help_{_name.replace('-', '_')}", _subject)
        app.command(_name, cls=_Command, help=_told_by, context_settings=cli_walk.CONTEXT.get(_name))(_command)

if __name__ == "__main__":
    main()

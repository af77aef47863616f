"""Records one wake under gdb. The test `wake_path` starts it, and says what it is for.

It prints two kinds of lines, each with the name of a function and its file:

    path NAME FILE    the function is on the call stack when the wake changes hands
    also NAME FILE    the function is entered and returns before that
"""

import re

import gdb

# The functions that begin the five moments in which the wake changes hands.
MOMENTS = [
    r"ScheduledIo::set_ready$",
    r"StateWord::transition_to_scheduled$",
    r"(RunQueue|Worker)::push$",
    r"(RunQueue::pop|Worker::next_task)$",
    r"WaitForByte::poll$",
]
# The executor's loop: the outermost function of the path.
LOOP = r"(LocalExecutor::run|Worker::step)$"


def quietly(command):
    return gdb.execute(command, to_string=True)


def short(pc):
    """The function at this address: its type or module, and its name."""
    name = re.split(r" \+ \d+ in |(?<!as) in ", quietly("info symbol %d" % pc).strip())[0]
    name = re.sub(r"::h[0-9a-f]{16}$", "", name)
    name = re.sub(r"(::\{+closure[^}]*\}+)+$", "", name)
    trait = re.match(r"<(?:impl )?(\S+) as .*>::(\w+)$", name)
    if trait:
        name = "::".join(trait.groups())
    name = re.sub(r"^.*<impl (?:\S+ for )?(\S+)>::", r"\1::", name)
    while re.search(r"<[^<>]*>", name):
        name = re.sub(r"(::)?<[^<>]*>", "", name)
    return "::".join(name.split("::")[-2:])


def file_of(pc):
    table = gdb.find_pc_line(pc).symtab
    found = table and re.search(r"runtime/src/(.*)$", table.filename)
    return found and found.group(1)


def stack():
    """The functions of the crate on this thread's stack, from the loop inwards."""
    frames, frame = [], gdb.newest_frame()
    while frame is not None:
        name, file = short(frame.pc()), file_of(frame.pc())
        # The module `primitives` stands in for `std`.
        if file and not file.startswith("primitives"):
            frames.append((name, file))
            if re.search(LOOP, name):
                return frames[::-1]
        frame = frame.older()
    return []


class Wait(gdb.Breakpoint):
    """The thread waits. What it did before is not part of the wake."""

    def stop(self):
        path.clear()
        also.clear()
        path.extend(stack())
        waiting[:] = [gdb.selected_thread().num]
        return False


class Entry(gdb.Breakpoint):
    def stop(self):
        if [gdb.selected_thread().num] == waiting:
            frame = gdb.newest_frame()
            entered = (short(frame.pc()), file_of(frame.pc()))
            also.append(entered)
            if any(re.search(moment, entered[0]) for moment in MOMENTS):
                path.extend(stack())
        return False


class End(gdb.Breakpoint):
    """The poll of the task's future. The first one comes before all waiting."""

    def stop(self):
        path.extend(stack())
        return [gdb.selected_thread().num] == waiting


path, also, waiting = [], [], []
for setting in ["pagination off", "confirm off", "breakpoint always-inserted on"]:
    quietly("set " + setting)
quietly("break main")
quietly("run")
for line in quietly("maint print msymbols").splitlines():
    symbol = re.match(r"\[\s*\d+\] [tT] (0x[0-9a-f]+) (\S*wake\S*)", line)
    if symbol:
        address = int(symbol.group(1), 16)
        if "WaitForByte" in symbol.group(2) and "Future" in symbol.group(2) and "4poll" in symbol.group(2):
            End("*%d" % address, internal=True)
        elif file_of(address):
            Entry("*%d" % address, internal=True)
Wait("epoll_wait", internal=True)
quietly("continue")
for kind, functions in [("path", path), ("also", [entered for entered in also if entered not in path])]:
    for name, file in dict.fromkeys(functions):
        print(kind, name, file)
quietly("kill")

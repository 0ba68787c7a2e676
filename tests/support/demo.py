"""See demo.sh."""
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from city import City  # noqa: E402

PEOPLE, DEFECTS = 2000, 30


def title(text):
    print(f"\n--- {text}", flush=True)


def show(city, *arguments):
    print(f"$ cebridge {' '.join(arguments)}", flush=True)
    done = city.cebridge(*arguments)
    print(done.stdout.rstrip())
    if done.stderr.strip():
        print(done.stderr.rstrip())


def full_cycle(city):
    print("$ cebridged --once --full", flush=True)
    done = city.once("--full")
    for line in done.stderr.splitlines()[-2:]:
        print(line)
    print(f"exit {done.returncode}")


def one_person(city):
    """Somebody whom both sides hold, with an employer."""
    other = {row["code"]: row for row in city.control("/dump?side=provincial&entity=account")
             if row.get("kind") == "person"}
    for row in city.control("/dump?side=municipal&entity=account"):
        if row.get("kind") == "person" and row.get("valid") and row["code"] in other \
                and row.get("mobile") and row["code"][-1] != "x" and len(row["code"]) == 18:
            return row["code"]
    raise SystemExit("no person on both sides")


def main():
    title(f"two platforms over TLS, a city of {PEOPLE} people, {DEFECTS} injected defects")
    with City(people=PEOPLE, defects=DEFECTS, hours=20 * PEOPLE) as city:
        for side, facts in city.control("/stats").items():
            print(f"{side}: {facts['accounts']} accounts, {facts['hours']} hour records")
        title("the first full cycle")
        full_cycle(city)
        show(city, "status")
        show(city, "conflicts")
        person = one_person(city)
        title("one person, both sides beside each other (the ID is given on standard input)")
        print("$ cebridge person - --year 2023", flush=True)
        print(city.cebridge("person", "-", "--year", "2023", input=person + "\n").stdout.rstrip())
        title("an edit on each platform, and the next cycle")
        city.control("/edit", {"side": "municipal", "entity": "account", "match": {"idCard": person},
                               "set": {"mobile": "13800008888"}})
        city.control("/edit", {"side": "provincial", "entity": "account", "match": {"sfzjhm": person},
                               "set": {"zcjb": "04"}})
        print("municipal: another mobile; provincial: another title")
        print("$ cebridged --once", flush=True)
        done = city.once()
        print(done.stdout.strip())
        print(f"exit {done.returncode}")
        for side in ("municipal", "provincial"):
            row = next(row for row in city.control(f"/dump?side={side}&entity=account")
                       if row.get("code") == person)
            print(f"{side}: mobile {row['mobile'][:3]}******{row['mobile'][-2:]}, title {row['title']}")
    title("all that was started is stopped")


if __name__ == "__main__":
    main()

//! Choices of records without tags.

use insta::assert_snapshot;

use super::support::{lowered, said_of_each};

const TYPES: &str = "type Person { name: string, age: int? }\ntype Company { company: string, staff: [Person] = [] }\ntype Party = Person | Company\n";

#[test]
fn a_member_fits_its_union_and_is_matched_by_name() {
    let text = format!(
        "{TYPES}on manual(party: Party, person: Person, data: json) -> Party <
  log(\"{{title(party)}}{{title(person)}}{{title(data as Party)}}\")
  log(title({{ company: \"Acme\" }}))
  x: Party? = if person.age == none {{ person }} else {{ Company {{ company: \"Acme\" }} }}
  all: [Party] = [person, Company {{ company: \"A\" }}]
  log(\"{{all.map(p => title(p)).join()}}\")
  return x ?? party
>
fn title(party: Party) -> string {{
  return match party {{ Person {{ name }} => name, Company {{ company }} => company }}
}}"
    );
    lowered(&text);
    assert_snapshot!(said_of_each([text]));
}

#[test]
fn unions_are_checked() {
    assert_snapshot!(said_of_each([
        "type Person { name: string }\ntype Company { name: string, size: int }\ntype Party = Person | Company",
        "type Company { name: string, size: int }\ntype Person { name: string }\ntype Party = Company | Person",
        "type A { kind: \"a\", x: int }\ntype B { kind: \"b\", x: int }\ntype AB = A | B",
        "type Person { name: string }\ntype Party = Person | Compny",
        "type Person { name: string }\ntype Party = Person | Person",
        "type Node { next: Link }\ntype End { end: bool }\ntype Link = Node | End",
        "type Open = Yes | No\nfn f(x: Open) -> bool { return match x { Yes => true, No => false } }",
    ]));
    assert_snapshot!(said_of_each([
        format!(
            "{TYPES}fn f(party: Party) -> string {{ return match party {{ Person {{ name }} => name }} }}"
        ),
        format!("{TYPES}fn f(party: Party) -> string {{ return party.name }}"),
        format!("{TYPES}fn f(text: string) -> Party {{ return text }}"),
        format!("{TYPES}fn f() -> Party {{ return {{ nmae: \"x\" }} }}"),
    ]));
}

#[test]
fn null_clears_a_nullable_field() {
    let change = "type Change { name: string?, owner: string? nullable }\n";
    lowered(&format!(
        "{change}on manual() <\n  change: Change = {{ name: none, owner: null }}\n  log(change.owner ?? \"none\")\n>"
    ));
    assert_snapshot!(said_of_each([
        format!("{change}fn f() -> Change {{ return {{ name: null, owner: null }} }}"),
        "fn f() -> string { return null }\nfn g() -> json { return null }".to_owned(),
    ]));
}

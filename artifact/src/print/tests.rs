use super::*;
use crate::bytecode::ConstantId;
use crate::constant::Constant;
use crate::sample;

#[test]
fn a_whole_artifact() {
    insta::assert_snapshot!(print(&sample::artifact()));
}

#[test]
fn an_instruction_by_itself() {
    let artifact = sample::artifact();
    let function = &artifact.functions[0];
    let shown = |index: usize| print_instruction(&artifact, function, &function.code[index]);
    assert_eq!(shown(0), "r1: [string] = field r0.tags");
    assert_eq!(shown(18), "r11: Lead = effect llm.extract<Lead>(r10)");
}

#[test]
fn constants_as_they_are_written() {
    let all: Vec<String> = sample::constants().iter().map(constant).collect();
    insta::assert_snapshot!(all.join("\n"));
    let long = Constant::Text("é".repeat(1000).into());
    assert_eq!(constant(&long).chars().count(), 63);
}

#[test]
fn numbers_that_mean_nothing_are_shown_as_numbers() {
    let artifact = sample::artifact();
    let function = &artifact.functions[0];
    let op = Op::Constant { dst: Reg(999), constant: ConstantId(999) };
    assert_eq!(print_instruction(&artifact, function, &op), "r999: ? = constant 999");
    let op = Op::Jump { to: 999 };
    assert_eq!(print_instruction(&artifact, function, &op), "jump 999");
}

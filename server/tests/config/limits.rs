//! How much of something may stand in the file, from both sides of each limit.

use super::{error_after, shipped_with};
use server::config::parse;

const PARAMETERS: &str = r#"parameters = { kubernetes-cluster-droplet-size = "{machine}" }"#;
const FINALLY: &str = r#"finally = ["down"]"#;

fn with_parameters(parameters: &str) -> String {
    format!("parameters = {{ {parameters} }}")
}

fn many_parameters(count: usize) -> String {
    with_parameters(&(0..count).map(|index| format!("p{index} = \"x\"")).collect::<Vec<_>>().join(", "))
}

fn is_accepted(original: &str, changed: &str) -> bool {
    parse("cluster-head.toml", &shipped_with(original, changed)).is_ok()
}

#[test]
fn circleci_takes_a_hundred_parameters() {
    assert!(is_accepted(PARAMETERS, &many_parameters(100)));
    let error = error_after(PARAMETERS, &many_parameters(101));
    assert!(
        error.contains(
            "targets.release-cluster.parameters.p0: the target has 101 parameters; CircleCI takes 100"
        ),
        "{error}"
    );
}

#[test]
fn the_marker_counts_as_a_parameter() {
    let error = error_after(PARAMETERS, &format!("marker_parameter = \"m\"\n{}", many_parameters(100)));
    assert!(error.contains("the target has 101 parameters"), "{error}");
}

#[test]
fn the_name_of_a_parameter_has_up_to_128_characters() {
    let named = |length: usize| with_parameters(&format!("{} = \"x\"", "k".repeat(length)));
    assert!(is_accepted(PARAMETERS, &named(128)));
    let error = error_after(PARAMETERS, &named(129));
    assert!(error.contains("the name of a parameter has 1 to 128 characters"), "{error}");
    assert!(error_after(PARAMETERS, &with_parameters("\"\" = \"x\"")).contains("1 to 128 characters"));
}

#[test]
fn the_value_of_a_parameter_has_up_to_512_characters_once_it_is_filled_in() {
    // The machine types of the shipped file have 11 characters, two more than the placeholder.
    let valued = |length: usize| with_parameters(&format!("k = \"{}{{machine}}\"", "v".repeat(length)));
    assert!(is_accepted(PARAMETERS, &valued(501)));
    let error = error_after(PARAMETERS, &valued(502));
    assert!(error.contains("the value has up to 513 characters; CircleCI takes 512"), "{error}");
}

#[test]
fn a_job_has_up_to_a_hundred_steps_after_its_lines_are_resolved() {
    let lines = |count: usize| format!("finally = [{}]", vec!["\"down\""; count].join(", "));
    // Two stacks up, a deploy and a batch job, then two stacks for each line.
    assert!(is_accepted(FINALLY, &lines(48)));
    let error = error_after(FINALLY, &lines(49));
    assert!(
        error.contains(
            "routines.guide: a job on the cluster \"iriversland2\" would have 102 steps; the most is 100"
        ),
        "{error}"
    );
}

#[test]
fn the_stacks_of_a_cluster_fit_into_one_resize() {
    let up = |count: usize| format!("up = [{}]", vec!["\"release\""; count].join(", "));
    let original = r#"up = ["release-cluster", "release"]"#;
    let error = error_after(original, &up(99));
    assert!(
        error.contains("clusters.iriversland2: a job on the cluster \"iriversland2\" would have 101 steps"),
        "{error}"
    );
    assert!(
        !error_after(original, &up(98)).contains("clusters.iriversland2:"),
        "resize fits, guide does not"
    );
}

#[test]
fn the_first_hundred_problems_are_told_and_the_rest_is_counted() {
    let services = |count: usize| {
        let lines: String =
            (0..count).map(|index| format!("service-{index} = {{ deploy = \"x\" }}\n")).collect();
        format!("[services]\n{lines}[services.slack-middleware]")
    };
    let told = error_after("[services.slack-middleware]", &services(100));
    assert_eq!(told.lines().count(), 100);
    let told = error_after("[services.slack-middleware]", &services(102));
    assert_eq!(told.lines().count(), 101);
    assert!(told.ends_with("\ncluster-head.toml: 2 more problems"), "{told}");
}

#[test]
fn a_problem_lists_the_first_twenty_known_names() {
    let words: String = (10..40)
        .map(|index| format!("w{index} = {{ routine = \"r{index}\", cluster = \"iriversland2\" }}\n"))
        .collect();
    let routines: String = (10..39)
        .map(|index| format!("[routines.r{index}]\ndescription = \"x\"\nsteps = [\"up\"]\n"))
        .collect();
    let error = error_after("[words]", &format!("{routines}[words]\n{words}"));
    assert!(error.ends_with("known routines: up, down, resize, deploy, guide, r10, r11, r12, r13, r14, r15, r16, r17, r18, r19, r20, r21, r22, r23, r24 and 14 more"), "{error}");
}

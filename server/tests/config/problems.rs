//! What is wrong with names and values: file, line, key, what is allowed, and everything at once.

use rstest::rstest;

use super::{error_after, line_of, shipped_with};
use server::config::parse;

const UP: &str = r#"up = ["release-cluster", "release"]"#;
const LIFETIME: &str = r#"lifetime = "4h""#;
const TITLE: &str = r#"title = "Create the cluster ({size})""#;
const PROJECT: &str = r#"project = "gh/rivernews/iriversland2-kubernetes""#;
const TRAVIS: &str = r#"project = "rivernews/slack-middleware-server""#;
const PARAMETERS: &str = r#"parameters = { kubernetes-cluster-droplet-size = "{machine}" }"#;
const S3_URL: &str = "https://slack.api.shaungc.com/queues/s3-orgs-job";

#[test]
fn a_name_that_is_not_declared_is_told_with_its_place_and_the_known_names() {
    let error = error_after(r#""release-cluster", "#, r#""relase-cluster", "#);
    let line = line_of(UP);
    assert_eq!(
        error,
        format!(
            "cluster-head.toml:{line}: clusters.iriversland2.up: there is no target \"relase-cluster\"; \
             known targets: destroy-cluster, destroy-release, release, release-cluster, slack-middleware"
        )
    );
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let text = shipped_with(LIFETIME, r#"lifetime = "4""#)
        .replace(r#"monthly = "24.00""#, r#"monthly = "-24""#)
        .replace(r#"{ batch = "s3-orgs-job" }"#, r#"{ batch = "s3" }"#);
    let error = parse("here.toml", &text).unwrap_err().to_string();
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines.len(), 3, "{error}");
    assert!(
        lines[0]
            .starts_with(&format!("here.toml:{}: clusters.iriversland2.lifetime: ", line_of("lifetime = ")))
    );
    assert!(
        lines[1]
            .starts_with(&format!("here.toml:{}: clusters.iriversland2.sizes.m.monthly: ", line_of("24.00")))
    );
    assert!(
        lines[2].starts_with(&format!("here.toml:{}: routines.guide.steps.batch: ", line_of("batch = \"s3")))
    );
}

#[test]
fn a_target_that_is_wrong_is_not_also_called_unknown_where_it_is_used() {
    assert_eq!(error_after(PROJECT, r#"project = "nowhere""#).lines().count(), 1);
}

#[rstest]
#[case::target(
    "deploy = \"slack-middleware\"\n",
    "deploy = \"x\"\n",
    "services.slack-middleware.deploy: there is no target \"x\""
)]
#[case::service(
    "{ deploy = \"slack-middleware\" }",
    "{ deploy = \"x\" }",
    "routines.guide.steps.deploy: there is no service \"x\"; known services: slack-middleware"
)]
#[case::batch(
    "{ batch = \"s3-orgs-job\" }",
    "{ batch = \"x\" }",
    "there is no batch job \"x\"; known batch jobs: s3-orgs-job"
)]
#[case::routine(
    "{ routine = \"guide\"",
    "{ routine = \"x\"",
    "words.guide.routine: there is no routine \"x\"; known routines: up, down, resize, deploy, guide"
)]
#[case::cluster(
    "routine = \"down\", cluster = \"iriversland2\"",
    "routine = \"down\", cluster = \"x\"",
    "words.ddd.cluster: there is no cluster \"x\"; known clusters: iriversland2"
)]
#[case::word_service(
    "service = \"slack-middleware\" }",
    "service = \"x\" }",
    "words.slk.service: there is no service \"x\""
)]
#[case::provider(
    "provider = \"circleci\"",
    "provider = \"jenkins\"",
    "targets.release-cluster.provider: \"jenkins\" is no provider; known: circleci, travis"
)]
#[case::default_size(
    "default_size = \"l\"",
    "default_size = \"xl\"",
    "default_size: \"xl\" is no size; known: s, m, l"
)]
#[case::size(
    "m = { machine",
    "xl = { machine",
    "clusters.iriversland2.sizes.xl: \"xl\" is no size; known: s, m, l"
)]
fn a_reference_to_nothing_is_refused(#[case] original: &str, #[case] changed: &str, #[case] expected: &str) {
    let error = error_after(original, changed);
    assert!(error.contains(expected), "{error}");
}

#[rstest]
#[case::upper_case(
    "[clusters.iriversland2]",
    "[clusters.Iris]\nup=[\"release\"]\ndown=[\"release\"]\nlifetime=\"1h\"\ndefault_size=\"s\"\nsizes={}\n[clusters.iriversland2]",
    "\"Iris\" is no name; a name has 1 to 64 characters of a-z, 0-9 and \"-\""
)]
#[case::empty_name(
    "[services.slack-middleware]",
    "[services.\"\"]\ndeploy=\"release\"\n[services.slack-middleware]",
    "services.\"\": \"\" is no name"
)]
#[case::no_up(
    UP,
    "up = []",
    "clusters.iriversland2.up: the list is empty; write at least one, such as [\"release\"]"
)]
#[case::no_down(
    r#"down = ["destroy-release", "destroy-cluster"]"#,
    "down = []",
    "clusters.iriversland2.down: the list is empty"
)]
#[case::default_not_offered(
    "l = { machine",
    "# l = { machine",
    "default_size: there is no size \"l\"; known sizes: m, s"
)]
#[case::negative_price(
    "\"0.02232\"",
    "\"-0.1\"",
    "sizes.s.hourly: \"-0.1\" is no price; write US dollars from \"0\" to \"1000000\", such as \"0.02232\""
)]
#[case::empty_price("\"0.02232\"", "\"\"", "sizes.s.hourly: \"\" is no price")]
#[case::price_with_a_currency("\"15.00\"", "\"$15.00\"", "sizes.s.monthly: \"$15.00\" is no price")]
#[case::price_with_a_comma("\"15.00\"", "\"15,00\"", "sizes.s.monthly: \"15,00\" is no price")]
#[case::price_with_a_power("\"15.00\"", "\"1e1\"", "sizes.s.monthly: \"1e1\" is no price")]
#[case::price_of_a_million_and_a_cent(
    "\"15.00\"",
    "\"1000000.01\"",
    "sizes.s.monthly: \"1000000.01\" is no price"
)]
#[case::price_of_which_digits_would_be_lost(
    "\"0.02232\"",
    "\"0.00000000000000000000000000001\"",
    "sizes.s.hourly: \"0.00000000000000000000000000001\" is no price"
)]
#[case::month_that_costs_less_than_an_hour(
    "\"15.00\"",
    "\"0.02\"",
    "sizes.s.monthly: \"0.02\" is less than the price of an hour"
)]
#[case::price_in_words("\"15.00\"", "\"fifteen\"", "sizes.s.monthly: \"fifteen\" is no price")]
#[case::no_day(
    "\"2026-11-20\"",
    "\"last week\"",
    "prices_of: \"last week\" is no day; write it like \"2026-11-22\""
)]
#[case::no_nodes(
    "vcpus = 1,",
    "nodes = 0, vcpus = 1,",
    "sizes.s.nodes: 0 is not allowed; write a whole number from 1 to 10000"
)]
#[case::budget(
    "[clusters.iriversland2]",
    "[budget]\nmonthly = \"-1\"\n[clusters.iriversland2]",
    "budget.monthly: \"-1\" is no price"
)]
#[case::no_vcpu(
    "vcpus = 1,",
    "vcpus = 0,",
    "sizes.s.vcpus: 0 is not allowed; write a whole number from 1 to 10000"
)]
#[case::no_duration(
    LIFETIME,
    "lifetime = \"soon\"",
    "lifetime: \"soon\" is no duration; write a whole number and a unit: 30s, 25min, 4h or 7d"
)]
#[case::ambiguous_unit(
    "time_limit = \"25min\"",
    "time_limit = \"25m\"",
    "targets.slack-middleware.time_limit: \"25m\" is no duration"
)]
#[case::zero(
    LIFETIME,
    "lifetime = \"0h\"",
    "lifetime: \"0h\" is not allowed; the longest duration is 7d, the shortest 1s"
)]
#[case::too_long(
    LIFETIME,
    "lifetime = \"169h\"",
    "lifetime: \"169h\" is not allowed; the longest duration is 7d"
)]
#[case::overflow(
    LIFETIME,
    "lifetime = \"9223372036854775807d\"",
    "is not allowed; the longest duration is 7d"
)]
#[case::cap_below_the_lifetime(
    "longest_lifetime = \"24h\"",
    "longest_lifetime = \"2h\"",
    "longest_lifetime: \"2h\" is shorter than the lifetime"
)]
#[case::at_deadline(
    "at_deadline = { wait = \"60min\" }",
    "at_deadline = \"later\"",
    "\"later\" is not allowed; write \"destroy\", or { wait = \"60min\" }"
)]
#[case::part_of_a_minute(
    LIFETIME,
    "lifetime = \"90s\"",
    "lifetime: \"90s\" is not allowed; write whole minutes, such as 25min"
)]
#[case::scheme(
    S3_URL,
    "ftp://host/x",
    "url: \"ftp://host/x\" is not allowed: it is neither http nor https; write a URL like https://host/path"
)]
#[case::no_url(S3_URL, "somewhere", "batches.s3-orgs-job.url: \"somewhere\" is not allowed")]
#[case::circleci_project(
    PROJECT,
    r#"project = "owner/name""#,
    "\"owner/name\" is no project of CircleCI; write it like gh/owner/name"
)]
#[case::travis_project(
    TRAVIS,
    r#"project = "gh/owner/name""#,
    "\"gh/owner/name\" is no project of Travis CI; write it like owner/name"
)]
#[case::escaping_project(PROJECT, r#"project = "gh/../..""#, "is no project of CircleCI")]
#[case::branch(
    "branch = \"release-cluster\"",
    "branch = \"a b\"",
    "branch: \"a b\" is not allowed; write 1 to 255 characters without spaces"
)]
#[case::filled_branch(
    "branch = \"release-cluster\"",
    "branch = \"{size}\"",
    "there is no placeholder \"{size}\"; known placeholders: none here"
)]
#[case::title_placeholder(
    TITLE,
    r#"title = "Create {cluster}""#,
    "title: there is no placeholder \"{cluster}\"; known placeholders: {size}, {machine}"
)]
#[case::parameter_placeholder("\"{machine}\"", "\"{Machine}\"", "there is no placeholder \"{Machine}\"")]
#[case::empty_title(
    "title = \"Run the S3 job\"",
    "title = \" \"",
    "is no title; a title is one line of 1 to 120 characters"
)]
#[case::environment(
    "\"SLK_SLACK_TOKEN_OUTGOING_LAUNCH\"",
    "\"slk-token\"",
    "body.token.env: \"slk-token\" is no name of an environment variable"
)]
#[case::no_success(
    "succeeded = [\"completed\"]",
    "succeeded = []",
    "answer.succeeded: the list is empty; write at least one, such as [\"completed\"]"
)]
#[case::both_ends(
    "failed = [\"failed\"]",
    "failed = [\"failed\", \"completed\"]",
    "answer.failed: \"completed\" already means succeeded; a status means one end"
)]
#[case::reserved(
    "[routines.guide]",
    "[routines.up]\ndescription=\"x\"\nsteps=[\"up\"]\n[routines.guide]",
    "routines.up: the routine is built in; choose a name other than up, down, resize, deploy"
)]
#[case::no_steps(
    "steps = [\"up\", { deploy = \"slack-middleware\" }, { batch = \"s3-orgs-job\" }]",
    "steps = []",
    "routines.guide.steps: the list is empty"
)]
#[case::word_in_capitals(
    "kkk = {",
    "KKK = {",
    "words.KKK: \"KKK\" is no word; a word has 1 to 64 characters, in lower case, without spaces and without \":\""
)]
#[case::word_with_colon("kkk = {", "\"k:k\" = {", "words.\"k:k\": \"k:k\" is no word")]
#[case::word_with_space("kkk = {", "\"k k\" = {", "\"k k\" is no word")]
#[case::size_for_down(
    "ddd = { routine = \"down\",",
    "ddd = { routine = \"down\", takes_size = true,",
    "words.ddd.takes_size: the routine \"down\" takes no size, since it brings nothing up"
)]
#[case::service_for_up(
    "kkk = { routine = \"up\",",
    "kkk = { routine = \"up\", service = \"slack-middleware\",",
    "words.kkk.service: the routine \"up\" takes no service"
)]
#[case::no_service(
    "slk = { routine = \"deploy\", cluster = \"iriversland2\", service = \"slack-middleware\" }",
    "slk = { routine = \"deploy\", cluster = \"iriversland2\" }",
    "words.slk.routine: the routine \"deploy\" needs a service; add service = \"a name\""
)]
#[case::marker_for_travis(
    "branch = \"release\"\ntime_limit",
    "branch = \"release\"\nmarker_parameter = \"m\"\ntime_limit",
    "targets.slack-middleware.marker_parameter: only CircleCI has parameters"
)]
#[case::parameters_for_travis(
    "branch = \"release\"\ntime_limit",
    "branch = \"release\"\nparameters = { a = \"b\" }\ntime_limit",
    "targets.slack-middleware.parameters.a: only CircleCI has parameters"
)]
#[case::marker_twice(
    PARAMETERS,
    "marker_parameter = \"m\"\nparameters = { m = \"x\" }",
    "marker_parameter: this parameter already has a value"
)]
#[case::pace_of_the_observer(
    "# [pace]",
    "[pace]\nobserve = \"often\"\n# ",
    "pace.observe: \"often\" is no duration"
)]
#[case::pace("# [pace]", "[pace]\npoll = \"0s\"\n# ", "pace.poll: \"0s\" is not allowed")]
fn a_value_that_is_not_allowed_is_told_with_what_is(
    #[case] original: &str,
    #[case] changed: &str,
    #[case] expected: &str,
) {
    let error = error_after(original, changed);
    assert!(error.contains(expected), "{error}");
    assert!(error.lines().all(|line| line.starts_with("cluster-head.toml:")), "{error}");
}

#[test]
fn a_secret_in_a_url_is_refused_without_being_repeated() {
    let error = error_after(S3_URL, "https://user:hunter2hunter2@host/x");
    assert!(error.contains("secrets come from the environment") && !error.contains("hunter2"), "{error}");
}

//! The shipped file: the world that the product started from, and what `check` prints of it.

use domain::actor::Role;
use domain::command;
use domain::order::Ask;
use domain::plan::Pace;
use domain::size::Size;
use domain::step::{Action, BodyValue, Phase};
use rstest::rstest;
use server::config::{describe, load, parse};

use super::{SHIPPED, shipped, shipped_with};

fn order(routine: &str, size: Option<Size>) -> domain::order::Order {
    let ask =
        Ask { routine: routine.into(), cluster: "iriversland2".into(), size, service: None, lifetime: None };
    shipped().catalogue.order(&ask).unwrap()
}

#[test]
fn the_shipped_file_is_read_from_its_place() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../cluster-head.toml");
    assert_eq!(load(path.as_ref()).unwrap(), shipped());
}

#[rstest]
#[case(None, "s-4vcpu-8gb", "Create the cluster (l)")]
#[case(Some(Size::S), "s-1vcpu-3gb", "Create the cluster (s)")]
#[case(Some(Size::M), "s-2vcpu-4gb", "Create the cluster (m)")]
#[case(Some(Size::L), "s-4vcpu-8gb", "Create the cluster (l)")]
fn the_size_reaches_every_stack_as_the_pipeline_parameter_of_the_seed(
    #[case] size: Option<Size>,
    #[case] machine: &str,
    #[case] title: &str,
) {
    let order = order("up", size);
    assert_eq!(order.steps[0].title, title);
    for action in
        order.steps.iter().map(|step| &step.action).chain(order.teardown.iter().map(|step| &step.action))
    {
        let Action::Trigger { target, .. } = action else { panic!("up and down are triggers") };
        assert_eq!(target.parameters["kubernetes-cluster-droplet-size"], machine);
    }
}

#[test]
fn guide_brings_up_deploys_runs_the_batch_and_destroys_both_stacks_whatever_happened() {
    let steps: Vec<(Phase, String)> =
        order("guide", None).steps.into_iter().map(|step| (step.phase, step.title)).collect();
    let expected = [
        (Phase::Forward, "Create the cluster (l)"),
        (Phase::Forward, "Install the base services"),
        (Phase::Forward, "Deploy slack-middleware"),
        (Phase::Forward, "Run the S3 job"),
        (Phase::Finally, "Remove the workloads"),
        (Phase::Finally, "Destroy the cluster"),
    ];
    assert_eq!(steps, expected.map(|(phase, title)| (phase, title.to_owned())));
}

#[test]
fn the_batch_job_sends_the_body_of_the_seed_with_its_token_only_named() {
    let batch = &shipped().catalogue.batches[0];
    let text = |text: &str| BodyValue::Text(text.into());
    let body = [
        ("keepAliveK8sHeadService".to_owned(), text("true")),
        ("singleton".to_owned(), text("true")),
        ("token".to_owned(), BodyValue::Env("SLK_SLACK_TOKEN_OUTGOING_LAUNCH".into())),
    ];
    assert_eq!(batch.body, body.into());
    assert_eq!(batch.time_limit_minutes, 24 * 60);
}

#[test]
fn prices_keep_every_digit() {
    let offers = &shipped().catalogue.clusters[0].sizes;
    let prices: Vec<String> =
        offers.iter().map(|offer| format!("{} {}", offer.price.hourly, offer.price.monthly)).collect();
    assert_eq!(prices, ["0.02232 15.00", "0.03571 24.00", "0.07143 48.00"]);
}

#[test]
fn a_price_has_its_day_and_several_machines_cost_several_times_as_much() {
    let of = |text: &str| parse("f.toml", text).unwrap().catalogue.clusters[0].sizes[0].price.clone();
    let dated = of(SHIPPED);
    assert_eq!(dated.list().to_string(), "the config's prices of 2026-11-20");
    let undated = of(&shipped_with("prices_of = \"2026-11-20\"", ""));
    assert_eq!(undated.list().to_string(), "the config's prices, which are undated");
    let three = of(&shipped_with("vcpus = 1,", "vcpus = 1, nodes = 3,"));
    assert_eq!((three.hourly.to_string().as_str(), three.monthly.to_string().as_str()), ("0.06696", "45.00"));
}

#[test]
fn a_budget_limits_an_operator_and_only_one_of_zero_an_admin_too() {
    let limits = |budget: &str| {
        let text = shipped_with("[clusters.iriversland2]", &format!("{budget}[clusters.iriversland2]"));
        let catalogue = parse("f.toml", &text).unwrap().catalogue;
        [Role::Operator, Role::Admin].map(|role| catalogue.limit_of(role).map(|limit| limit.to_string()))
    };
    assert_eq!(limits(""), [None, None]);
    assert_eq!(limits("[budget]\nmonthly = \"50.00\"\n"), [Some("50.00".into()), None]);
    assert_eq!(limits("[budget]\nmonthly = \"0\"\n"), [Some("0".into()), Some("0".into())]);
    assert_eq!(limits("[budget]\nmonthly = \"0.00\"\n"), [Some("0.00".into()), Some("0.00".into())]);
}

#[rstest]
#[case("kkk", "up", None)]
#[case("kkk:m", "up", Some(Size::M))]
#[case("ddd", "down", None)]
#[case("slk", "deploy", None)]
#[case("guide", "guide", None)]
fn the_words_of_the_seed_can_be_ordered(
    #[case] typed: &str,
    #[case] routine: &str,
    #[case] size: Option<Size>,
) {
    let catalogue = shipped().catalogue;
    let ask = command::parse(typed, &catalogue.words).unwrap();
    assert_eq!((ask.routine.as_str(), ask.size), (routine, size));
    catalogue.order(&ask).unwrap();
}

#[test]
fn words_keep_the_order_of_the_file() {
    let words: Vec<String> = shipped().catalogue.words.into_iter().map(|word| word.word).collect();
    assert_eq!(words, ["kkk", "ddd", "slk", "guide"]);
}

#[test]
fn the_pace_in_the_comments_of_the_shipped_file_is_the_pace_without_it() {
    assert_eq!(shipped().pace, None);
    let (before, pace) = SHIPPED.split_once("# [pace]").unwrap();
    let uncommented = format!("{before}[pace]{}", pace.replace("\n# ", "\n"));
    assert_eq!(parse("f.toml", &uncommented).unwrap().pace, Some(Pace::default()));
}

#[test]
fn a_pace_that_is_set_in_part_keeps_the_usual_rest() {
    let loaded = parse("f.toml", &shipped_with("# [pace]", "[pace]\npoll = \"7s\"\n#")).unwrap();
    assert_eq!(loaded.pace, Some(Pace { poll: chrono::Duration::seconds(7), ..Pace::default() }));
}

#[test]
fn check_prints_limits_questions_retries_and_what_is_not_looked_for() {
    let text =
        shipped_with("{ batch = \"s3-orgs-job\" }", "{ approval = \"Keep it?\", time_limit = \"4h\" }")
            .replace("finally = [\"down\"]", "finally = [\"down\"]\ntime_limit = \"6h\"")
            .replace("time_limit = \"25min\"", "time_limit = \"25min\"\nretries = 2")
            .replace("[clusters.iriversland2.cloud]\nname = \"iriversland2\"", "");
    let description = describe(&parse("f.toml", &text).unwrap().catalogue);
    for expected in [
        "    in the cloud: not looked for; the CI's word says whether it is gone\n",
        "branch release, tried up to 2 times more, each 1 min after it failed, at most 25 min\n",
        "    4. Keep it?\n       waits for a person; without an answer it counts as refused, at most 4 h\n",
        "    At most 6 h in all; what stands in finally comes on top.\n",
    ] {
        assert!(description.contains(expected), "{expected}\n{description}");
    }
}

#[test]
fn check_prints_the_key_of_a_batch_job_and_how_often_it_is_tried_again() {
    let text = shipped_with("singleton = \"true\"", "singleton = { key_of = \"attempt\" }")
        .replace("time_limit = \"24h\"", "time_limit = \"24h\"\nretries = 1\nretry_pause = \"5min\"");
    let description = describe(&parse("f.toml", &text).unwrap().catalogue);
    for expected in [
        ", singleton=the key of the attempt, token=$",
        "; ends when status is completed or failed, tried once more 5 min after it failed, at most 1 d\n",
    ] {
        assert!(description.contains(expected), "{expected}\n{description}");
    }
}

#[test]
fn check_prints_the_plan_of_each_routine() {
    insta::assert_snapshot!(describe(&shipped().catalogue), @r"
    Clusters
      iriversland2: destroyed 4 h after it was brought up, unless somebody says otherwise, up to 1 d ahead
        a job that is at work then may go on for 1 h at most
        s: s-1vcpu-3gb, 1 vCPU, 3 GB, $0.02232/h, $15 a month
        m: s-2vcpu-4gb, 2 vCPU, 4 GB, $0.03571/h, $24 a month
        l: s-4vcpu-8gb, 4 vCPU, 8 GB, $0.07143/h, $48 a month, the default
        in the cloud: iriversland2

    Routines
      up on iriversland2: Bring the cluster up.
        Shown for size l, the default.
        1. Create the cluster (l)
           CircleCI gh/rivernews/iriversland2-kubernetes, branch release-cluster, kubernetes-cluster-droplet-size=s-4vcpu-8gb, at most 1 h
        2. Install the base services
           CircleCI gh/rivernews/iriversland2-kubernetes, branch release, kubernetes-cluster-droplet-size=s-4vcpu-8gb, at most 1 h
        Note: leaves the cluster up; it is destroyed after 4 h at the latest.
      down on iriversland2: Destroy the cluster.
        1. Remove the workloads
           CircleCI gh/rivernews/iriversland2-kubernetes, branch destroy-release, kubernetes-cluster-droplet-size=s-4vcpu-8gb, at most 1 h
        2. Destroy the cluster
           CircleCI gh/rivernews/iriversland2-kubernetes, branch destroy-cluster, kubernetes-cluster-droplet-size=s-4vcpu-8gb, at most 1 h
      resize on iriversland2: Replace the cluster by one of another size: destroy it, then bring it up.
        Shown for size l, the default.
        1. Remove the workloads
           CircleCI gh/rivernews/iriversland2-kubernetes, branch destroy-release, kubernetes-cluster-droplet-size=s-4vcpu-8gb, at most 1 h
        2. Destroy the cluster
           CircleCI gh/rivernews/iriversland2-kubernetes, branch destroy-cluster, kubernetes-cluster-droplet-size=s-4vcpu-8gb, at most 1 h
        3. Create the cluster (l)
           CircleCI gh/rivernews/iriversland2-kubernetes, branch release-cluster, kubernetes-cluster-droplet-size=s-4vcpu-8gb, at most 1 h
        4. Install the base services
           CircleCI gh/rivernews/iriversland2-kubernetes, branch release, kubernetes-cluster-droplet-size=s-4vcpu-8gb, at most 1 h
        Note: leaves the cluster up; it is destroyed after 4 h at the latest.
      deploy slack-middleware on iriversland2: Deploy one service on the cluster.
        1. Deploy slack-middleware
           Travis CI rivernews/slack-middleware-server, branch release, at most 25 min
      guide on iriversland2: Bring the cluster up, deploy slack-middleware, run the S3 job, destroy the cluster.
        Shown for size l, the default.
        1. Create the cluster (l)
           CircleCI gh/rivernews/iriversland2-kubernetes, branch release-cluster, kubernetes-cluster-droplet-size=s-4vcpu-8gb, at most 1 h
        2. Install the base services
           CircleCI gh/rivernews/iriversland2-kubernetes, branch release, kubernetes-cluster-droplet-size=s-4vcpu-8gb, at most 1 h
        3. Deploy slack-middleware
           Travis CI rivernews/slack-middleware-server, branch release, at most 25 min
        4. Run the S3 job
           POST https://slack.api.shaungc.com/queues/s3-orgs-job, keepAliveK8sHeadService=true, singleton=true, token=$SLK_SLACK_TOKEN_OUTGOING_LAUNCH; ends when status is completed or failed, at most 1 d
        5. Remove the workloads (finally)
           CircleCI gh/rivernews/iriversland2-kubernetes, branch destroy-release, kubernetes-cluster-droplet-size=s-4vcpu-8gb, at most 1 h
        6. Destroy the cluster (finally)
           CircleCI gh/rivernews/iriversland2-kubernetes, branch destroy-cluster, kubernetes-cluster-droplet-size=s-4vcpu-8gb, at most 1 h

    Words in Slack
      kkk[:s|m|l]: up on iriversland2
      ddd: down on iriversland2
      slk: deploy slack-middleware on iriversland2
      guide: guide on iriversland2

    Environment
      DATABASE_URL says where clusters and jobs are kept.
      CLUSTER_HEAD_PASSWORD is what the operator signs in with.
      CIRCLECI_TOKEN starts and watches pipelines of gh/rivernews/iriversland2-kubernetes.
      TRAVIS_TOKEN starts and watches builds of rivernews/slack-middleware-server.
      SLK_SLACK_TOKEN_OUTGOING_LAUNCH is sent with the batch job s3-orgs-job.
      DIGITALOCEAN_TOKEN asks the cloud itself what exists. Without it the CI's word says whether a cluster is gone.
      CIRCLECI_WEBHOOK_SECRET proves that a webhook comes from CircleCI. Without it the end of a pipeline is seen at the next look.
      SLACK_INCOMING_URL is where Slack is told what happens. Without it nothing is told to Slack.
      CLUSTER_HEAD_PUBLIC_URL says where people find these pages. Without it a message to Slack has no buttons.
      REQUEST_FROM_SLACK_TOKEN proves that a word comes from Slack. Without it no word is taken.
      CLUSTER_HEAD_API_TOKEN lets programs use the API. Without it the API is closed to programs.
      CLUSTER_HEAD_ADMIN_PASSWORD is what an admin signs in with, who may also do what can cost without end. Without it nobody is an admin in the browser.
      CLUSTER_HEAD_ADMIN_API_TOKEN lets programs do what only an admin may. Without it no program is an admin.
    ");
}

#[test]
fn check_says_when_a_failed_step_would_leave_the_cluster_up() {
    let text = shipped_with("finally = [\"down\"]", "").replace("{ batch = \"s3-orgs-job\" }]", "\"down\"]");
    let description = describe(&parse("f.toml", &text).unwrap().catalogue);
    let note = "Note: leaves the cluster up if a step fails, for 4 h at most; \"down\" in finally would not.";
    assert_eq!(description.matches(note).count(), 1, "{description}");
}

#[test]
fn check_says_when_a_routine_leaves_the_cluster_up() {
    let described = |text: &str| describe(&parse("f.toml", text).unwrap().catalogue);
    let note = "Note: leaves the cluster up; it is destroyed after 4 h at the latest.";
    assert_eq!(described(SHIPPED).matches(note).count(), 2, "up and resize do");
    assert_eq!(
        described(&shipped_with("finally = [\"down\"]", "")).matches(note).count(),
        3,
        "and now guide does"
    );
}

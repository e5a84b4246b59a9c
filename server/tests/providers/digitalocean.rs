//! DigitalOcean: what is asked, and how what exists is read.

use std::time::Duration;

use domain::cloud::{CloudMark, Resource, ResourceKind, belonging, strangers};
use serde_json::{Value, json};
use server::providers::{CloudObserver, ProviderError};
use simulator::{Endpoint, Fault, FaultKind};

use crate::canned::{Answer, Canned, on};
use crate::world::{MARKER, PATIENCE, World, circleci_target, providers_at};

const LISTS: [(&str, &str); 4] = [
    ("GET /digitalocean/v2/kubernetes/clusters", "kubernetes_clusters"),
    ("GET /digitalocean/v2/droplets", "droplets"),
    ("GET /digitalocean/v2/load_balancers", "load_balancers"),
    ("GET /digitalocean/v2/volumes", "volumes"),
];

/// A whole list on one page.
fn list(name: &str, items: &[Value]) -> Value {
    json!({ name: items, "links": {}, "meta": { "total": items.len() } })
}

/// An account that answers these, and has nothing else.
pub async fn account(answers: impl IntoIterator<Item = Answer>) -> Canned {
    let empty = LISTS.map(|(request, name)| on(request, 200, list(name, &[])));
    Canned::start(answers.into_iter().chain(empty)).await
}

pub async fn look_at(canned: &Canned) -> Result<Vec<Resource>, ProviderError> {
    providers_at(&canned.url, PATIENCE).observer.unwrap().look().await
}

async fn found_in(lists: &[(usize, Value)]) -> Vec<Resource> {
    let answers = lists.iter().map(|(place, item)| {
        let (request, name) = LISTS[*place];
        on(request, 200, list(name, std::slice::from_ref(item)))
    });
    look_at(&account(answers).await).await.unwrap()
}

fn cluster(state: Value) -> Value {
    json!({ "id": "c1", "name": "iriversland2", "tags": ["k8s", "k8s:c1"], "created_at": "2026-01-05T10:00:00Z",
        "status": state, "node_pools": [{ "size": "s-4vcpu-8gb" }, { "size": "s-1vcpu-3gb" }] })
}

fn droplet() -> Value {
    json!({ "id": 205_545_370, "name": "pool-3cdq", "tags": ["k8s", "k8s:c1", "ours"], "size_slug": "s-4vcpu-8gb",
        "created_at": "2026-01-05T10:05:00Z", "size": { "slug": "s-4vcpu-8gb", "price_hourly": 0.071_429_997_682_571_41 } })
}

#[tokio::test]
async fn every_list_is_asked_for_with_the_token_in_a_header() {
    let canned = account([]).await;
    assert_eq!(look_at(&canned).await, Ok(vec![]));
    let mut asked = canned.asked();
    asked.sort_by_key(|asked| asked.path.clone());
    let requests: Vec<String> =
        asked.iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect();
    let mut expected = LISTS.map(|(request, _)| format!("{request}?page=1&per_page=200"));
    expected.sort();
    assert_eq!(requests, expected);
    assert!(asked.iter().all(|asked| asked.header("authorization") == "Bearer demo"));
}

#[tokio::test]
async fn a_thing_is_read_with_its_age_its_price_and_what_marks_it() {
    let balancer = json!({ "id": "l1", "name": "a77", "tags": ["k8s:c1"], "tag": "", "size_unit": 2, "type": "REGIONAL",
        "created_at": "2026-01-05T10:20:00Z" });
    let volume = json!({ "id": "v1", "name": "pvc-1", "tags": ["k8s:c1"], "size_gigabytes": 100,
        "created_at": "2026-01-05T10:30:00Z" });
    let found =
        found_in(&[(0, cluster(json!({ "state": "running" }))), (1, droplet()), (2, balancer), (3, volume)])
            .await;
    let expected = |kind,
                    id: &str,
                    name: &str,
                    tags: &[&str],
                    minute: &str,
                    daily: Option<&str>,
                    machine: Option<&str>| {
        Resource {
            kind,
            id: id.into(),
            name: name.into(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            created_at: Some(format!("2026-01-05T10:{minute}:00Z").parse().unwrap()),
            daily: daily.map(|dollars| dollars.parse().unwrap()),
            machine: machine.map(str::to_owned),
        }
    };
    let l = Some("s-4vcpu-8gb");
    assert_eq!(
        found,
        [
            expected(ResourceKind::Cluster, "c1", "iriversland2", &["k8s", "k8s:c1"], "00", None, l),
            expected(
                ResourceKind::Machine,
                "205545370",
                "pool-3cdq",
                &["k8s", "k8s:c1", "ours"],
                "05",
                Some("1.7143"),
                l
            ),
            expected(ResourceKind::LoadBalancer, "l1", "a77", &["k8s:c1"], "20", Some("0.8"), None),
            expected(ResourceKind::Volume, "v1", "pvc-1", &["k8s:c1"], "30", Some("0.3333"), None),
        ]
    );
}

#[tokio::test]
async fn only_a_cluster_that_was_deleted_is_gone() {
    for (state, exists) in [
        (json!({ "state": "running" }), true),
        (json!({ "state": "provisioning" }), true),
        (json!({ "state": "error" }), true),
        (json!({ "state": "deleting" }), true),
        (json!({ "state": "hibernating" }), true),
        (json!(null), true),
        (json!("deleted"), true),
        (json!({ "state": "deleted" }), false),
    ] {
        assert_eq!(found_in(&[(0, cluster(state.clone()))]).await.len(), usize::from(exists), "{state}");
    }
}

#[tokio::test]
async fn what_people_are_only_told_may_be_missing_or_odd() {
    let bare = json!({ "id": 1, "name": "pool-1" });
    let odd = json!({ "id": 1, "name": "pool-1", "tags": null, "created_at": "the day before yesterday",
        "size_slug": 7, "size": { "price_hourly": "cheap" } });
    let expected = Resource {
        kind: ResourceKind::Machine,
        id: "1".into(),
        name: "pool-1".into(),
        tags: vec![],
        created_at: None,
        daily: None,
        machine: None,
    };
    for item in [bare, odd] {
        assert_eq!(found_in(&[(1, item.clone())]).await, std::slice::from_ref(&expected), "{item}");
    }
    for created_at in
        ["", "0000-00-00T00:00:00Z", "2016-12-31T23:59:60Z", "99999-01-01T00:00:00Z", "1483228799"]
    {
        let mut item = droplet();
        item["created_at"] = json!(created_at);
        assert_eq!(found_in(&[(1, item)]).await.len(), 1, "{created_at}");
    }
}

#[tokio::test]
async fn what_serves_a_machine_or_hangs_on_it_belongs_where_the_machine_belongs() {
    let balancer =
        |tag: &str| json!({ "id": "l1", "name": "a77", "tag": tag, "droplet_ids": [205_545_370, 1] });
    let volume = json!({ "id": "v1", "name": "pvc-1", "droplet_ids": [205_545_370] });
    let found = found_in(&[(1, droplet()), (2, balancer("")), (3, volume)]).await;
    let tags: Vec<_> = found[1..].iter().map(|resource| resource.tags.clone()).collect();
    assert_eq!(tags, [["k8s:c1"], ["k8s:c1"]]);
    let picked_by_tag = found_in(&[(2, balancer("ours"))]).await;
    assert_eq!(picked_by_tag[0].tags, ["ours"]);
}

/// Pages of machines, as `(ids, total, whether there is a next page)`.
async fn machines_on(pages: &[(std::ops::Range<u64>, usize, bool)]) -> Result<Vec<Resource>, ProviderError> {
    let requests = [
        "GET /digitalocean/v2/droplets?page=1&per_page=200",
        "GET /digitalocean/v2/droplets?page=2&per_page=200",
        "GET /digitalocean/v2/droplets?page=3&per_page=200",
    ];
    let answers = requests.into_iter().zip(pages).map(|(request, (ids, total, has_next))| {
        let items: Vec<Value> = ids.clone().map(|id| json!({ "id": id, "name": format!("m{id}") })).collect();
        // Wherever it leads, it is not followed.
        let pages =
            if *has_next { json!({ "next": "https://evil.example/v2/droplets?page=9" }) } else { json!({}) };
        on(
            request,
            200,
            json!({ "droplets": items, "links": { "pages": pages }, "meta": { "total": total } }),
        )
    });
    look_at(&account(answers).await).await
}

#[tokio::test]
async fn a_list_is_read_page_by_page_to_its_end() {
    let found =
        machines_on(&[(0..200, 401, true), (200..400, 401, true), (400..401, 401, false)]).await.unwrap();
    assert_eq!(found.len(), 401);
    assert_eq!(found[400].id, "400");
    let without_links = machines_on(&[(0..3, 5, false), (3..5, 5, false)]).await.unwrap();
    assert_eq!(without_links.len(), 5, "the total says that there is more");
}

#[tokio::test]
async fn a_list_that_changes_while_it_is_read_is_read_again_later() {
    let what = "DigitalOcean's list of machines changed while it was read".to_owned();
    let changed = Err(ProviderError::Transient { after: None, what });
    assert_eq!(machines_on(&[(0..200, 201, true), (200..200, 200, false)]).await, changed);
    assert_eq!(machines_on(&[(0..200, 250, true), (200..249, 249, false)]).await, changed);
    assert_eq!(machines_on(&[(0..0, 1, false)]).await, changed, "a total without items");
}

#[tokio::test]
async fn a_list_without_end_is_not_read_for_ever_and_not_cut_off() {
    let endless = json!({ "volumes": [{ "id": "v1", "name": "pvc-1" }],
        "links": { "pages": { "next": "https://api.digitalocean.com/v2/volumes?page=2" } } });
    let canned = account([on("GET /digitalocean/v2/volumes", 200, endless)]).await;
    let expected = "DigitalOcean lists more than 25 pages of volumes";
    assert_eq!(look_at(&canned).await, Err(ProviderError::Garbled(expected.into())));
}

#[tokio::test]
async fn a_cluster_is_seen_whole_until_nothing_of_it_is_left() {
    let world = World::new().await;
    let observer = world.providers.observer.as_ref().unwrap();
    let mark = CloudMark { name: "iriversland2".into(), tag: None };
    let ours = |account: &[Resource], known_clusters: &[String]| -> Vec<Resource> {
        belonging(account, &mark, known_clusters).into_iter().cloned().collect()
    };
    assert_eq!(observer.look().await, Ok(vec![]));

    for branch in ["release-cluster", "release"] {
        world.circleci().trigger(&circleci_target(branch), MARKER).await.unwrap();
        world.simulator.advance(Duration::from_secs(1_800));
    }
    world.simulator.add_stranger("somebody-else");
    let up = observer.look().await.unwrap();
    let before = ours(&up, &[]);
    let known_clusters = [before[0].id.clone()];
    let kinds: Vec<_> = before.iter().map(|resource| resource.kind).collect();
    let everything =
        [ResourceKind::Cluster, ResourceKind::Machine, ResourceKind::LoadBalancer, ResourceKind::Volume];
    assert_eq!(kinds, everything);
    let others: Vec<_> =
        strangers(&up, std::slice::from_ref(&mark)).iter().map(|stranger| stranger.name.clone()).collect();
    assert_eq!(others, ["somebody-else"]);

    for branch in ["destroy-release", "destroy-cluster"] {
        world.circleci().trigger(&circleci_target(branch), MARKER).await.unwrap();
        world.simulator.advance(Duration::from_secs(1_800));
    }
    let down = observer.look().await.unwrap();
    assert_eq!(ours(&down, &known_clusters), []);
    assert_eq!(down.len(), 2, "the other cluster and its machine");
}

#[tokio::test]
async fn what_a_destroy_left_behind_is_seen_after_its_cluster() {
    let world = World::new().await;
    let observer = world.providers.observer.as_ref().unwrap();
    let run = async |branch: &str| {
        world.circleci().trigger(&circleci_target(branch), MARKER).await.unwrap();
        world.simulator.advance(Duration::from_secs(1_800));
    };
    run("release-cluster").await;
    run("release").await;
    let cluster = observer.look().await.unwrap()[0].id.clone();
    world.simulator.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::Leftovers).every()).unwrap();
    run("destroy-release").await;
    run("destroy-cluster").await;

    let left = observer.look().await.unwrap();
    let mark = CloudMark { name: "iriversland2".into(), tag: None };
    let kinds: Vec<_> = belonging(&left, &mark, &[cluster]).iter().map(|found| found.kind).collect();
    assert_eq!(kinds, [ResourceKind::LoadBalancer, ResourceKind::Volume]);
    assert!(left.iter().all(|found| found.daily.is_some() && found.created_at.is_some()), "{left:?}");
}

#[tokio::test]
async fn more_than_one_page_of_clusters_is_seen_whole() {
    let world = World::new().await;
    for number in 0..201 {
        world.simulator.add_stranger(&format!("cluster-{number}"));
    }
    let found = world.providers.observer.as_ref().unwrap().look().await.unwrap();
    assert_eq!(found.len(), 2 * 201, "each with its machine");
}

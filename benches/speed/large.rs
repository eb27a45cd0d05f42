//! Designs with many blocks, for the answers that come without a run.

/// Blocks of one service.
const SERVICE: u32 = 9;

/// A client and 111 services of nine blocks each, 1,000 blocks together: balancer, four servers, cache, database, queue
/// and worker. The first server of each service calls two more services, so that the calls form a tree.
pub fn thousand_blocks() -> String {
    const SERVICES: u32 = 111;
    let first = |service: u32| 2 + SERVICE * service;
    let mut nodes = vec![r#"{"id":1,"block":"client","rate":2000,"reads":0.9}"#.to_owned()];
    let mut links = vec![format!("[1,{}]", first(0))];
    for service in 0..SERVICES {
        let id = first(service);
        nodes.push(format!(r#"{{"id":{id},"block":"load-balancer","instances":2}}"#));
        for server in id + 1..id + 5 {
            nodes.push(format!(
                r#"{{"id":{server},"block":"app-server","cores":4,"service_ms":2,"write_ms":2}}"#
            ));
            links.push(format!("[{id},{server}]"));
            links.push(format!(r#"[{server},{},{{"ops":"reads"}}]"#, id + 5));
            links.push(format!(r#"[{server},{},{{"ops":"reads","when":"miss"}}]"#, id + 6));
            links.push(format!(r#"[{server},{},{{"ops":"writes"}}]"#, id + 6));
            links.push(format!(r#"[{server},{},{{"ops":"writes"}}]"#, id + 7));
        }
        nodes.push(format!(r#"{{"id":{},"block":"cache","hit_mode":"given","hit_ratio":0.9}}"#, id + 5));
        nodes.push(format!(r#"{{"id":{},"block":"sql-database","replicas":1}}"#, id + 6));
        nodes.push(format!(r#"{{"id":{},"block":"message-queue"}}"#, id + 7));
        nodes.push(format!(r#"{{"id":{},"block":"worker","service_ms":1}}"#, id + 8));
        links.push(format!("[{},{}]", id + 7, id + 8));
        for called in [2 * service + 1, 2 * service + 2].into_iter().filter(|called| *called < SERVICES) {
            links.push(format!(r#"[{},{},{{"calls":0.5}}]"#, id + 1, first(called)));
        }
    }
    format!(r#"{{"headroom":1,"nodes":[{}],"links":[{}]}}"#, nodes.join(","), links.join(","))
}

/// 280 instances that can fail: balancers and servers in front of 33 services, each with a balancer pair, three servers,
/// a cache and a database with a replica and a standby of its own.
pub fn failing_parts() -> String {
    const SERVICES: u32 = 33;
    let mut nodes = vec![
        r#"{"id":1,"block":"client","rate":100,"reads":0.9}"#.to_owned(),
        r#"{"id":2,"block":"load-balancer","instances":3}"#.to_owned(),
        r#"{"id":3,"block":"app-server","instances":13,"service_ms":1}"#.to_owned(),
    ];
    let mut links = vec!["[1,2]".to_owned(), "[2,3]".to_owned()];
    for service in 0..SERVICES {
        let id = 4 + 4 * service;
        nodes.push(format!(r#"{{"id":{id},"block":"load-balancer","instances":2}}"#));
        nodes.push(format!(r#"{{"id":{},"block":"app-server","instances":3,"service_ms":1}}"#, id + 1));
        nodes.push(format!(r#"{{"id":{},"block":"cache","hit_mode":"given","hit_ratio":0.9}}"#, id + 2));
        nodes.push(format!(r#"{{"id":{},"block":"sql-database","replicas":1}}"#, id + 3));
        links.push(format!("[3,{id}]"));
        links.push(format!("[{id},{}]", id + 1));
        links.push(format!(r#"[{},{},{{"ops":"reads"}}]"#, id + 1, id + 2));
        links.push(format!(r#"[{},{},{{"ops":"reads","when":"miss"}}]"#, id + 1, id + 3));
        links.push(format!(r#"[{},{},{{"ops":"writes"}}]"#, id + 1, id + 3));
    }
    format!(r#"{{"headroom":1,"nodes":[{}],"links":[{}]}}"#, nodes.join(","), links.join(","))
}

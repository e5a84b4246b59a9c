//! The machine types of the seed's world with their prices. The first is a legacy one, and its price is of 2022.

#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub slug: &'static str,
    pub memory_mb: u32,
    pub vcpus: u32,
    pub disk_gb: u32,
    pub transfer_tb: f64,
    pub monthly: f64,
    /// Narrow, because the API widens its prices before it prints them: 0.02232 becomes 0.02232000045478344.
    pub hourly: f32,
}

pub(super) const ALL: [Size; 3] = [
    size("s-1vcpu-3gb", 3, 1, 60, 3.0, 15.0, 0.02232),
    size("s-2vcpu-4gb", 4, 2, 80, 4.0, 24.0, 0.03571),
    size("s-4vcpu-8gb", 8, 4, 160, 5.0, 48.0, 0.07143),
];

/// `None` for a machine type that these pipelines were never meant for; nothing is known of it but its name.
pub(super) fn named(slug: &str) -> Option<&'static Size> {
    ALL.iter().find(|size| size.slug == slug)
}

const fn size(
    slug: &'static str,
    memory_gb: u32,
    vcpus: u32,
    disk_gb: u32,
    transfer_tb: f64,
    monthly: f64,
    hourly: f32,
) -> Size {
    Size { slug, memory_mb: memory_gb * 1024, vcpus, disk_gb, transfer_tb, monthly, hourly }
}
